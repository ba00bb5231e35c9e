import { join } from "node:path"
import { RegistryTrust } from "@gantry/core/registry/RegistryTrust"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"
import { type Found, joinFound, readAuthority, readDirectory } from "./config/certificates.ts"
import type { Http, Trust } from "./http/Http.ts"
import { isLoopback } from "./http/proxies.ts"
import type { TransportFailure } from "./http/TransportFailure.ts"
import { type Remembered, remembered } from "./Remembered.ts"
import type { Caller } from "./auth/Caller.ts"
import type { Target } from "./Target.ts"

/** A host as names and configuration speak of it. */
export interface Host {
  /** Host and port. */
  readonly name: string
  /** Fixed when somebody wrote it down. */
  readonly scheme?: "http" | "https" | undefined
  readonly insecure?: boolean | undefined
  /** Absolute path of certificates to trust in addition. */
  readonly ca?: string | undefined
}

/** Finds out how hosts want to be spoken to, once each. */
export interface Hosts {
  readonly find: (host: Host) => Effect.Effect<Pick<Target, "base" | "trust">, RegistryError | TransportFailure>
}

/** Where Docker and its kin keep certificates, one directory for each host. */
export const usualCertificates: ReadonlyArray<string> = ["/etc/docker/certs.d", "/etc/containers/certs.d"]

/** Longest time in milliseconds that a host gets to show whether it speaks TLS. */
const probing = 5000

/** The default registry has another name than its images. */
const addressOf = (name: string): string => (name === "docker.io" ? "registry-1.docker.io" : name)

/** Makes the finder. `authorities` are files with certificates that the environment names. */
export const makeHosts = (
  http: Http,
  learn: Caller["learn"],
  directories: ReadonlyArray<string>,
  authorities: ReadonlyArray<string>,
  idle: number
): Hosts => {
  const found: Remembered<Pick<Target, "base" | "trust">> = remembered()
  const probe = (base: URL, trust: Trust) =>
    Effect.scoped(
      Effect.gen(function* () {
        const url = new URL("v2/", base)
        const reply = yield* http.request(trust, { method: "GET", url, headers: {} }, Math.min(idle, probing))
        learn({ base }, reply)
        yield* Effect.ignore(reply.bytes(64 * 1024))
        return base
      })
    )
  const search = ({ ca, insecure = false, name, scheme }: Host) =>
    Effect.gen(function* () {
      const { certDir, tlsVerify } = yield* RegistryTrust
      const certificates: ReadonlyArray<Effect.Effect<Found, RegistryError>> = [
        ...(certDir === undefined ? [] : [readDirectory(certDir, true)]),
        ...directories.map((directory) => readDirectory(join(directory, name), false)),
        ...(ca === undefined ? [] : [readAuthority(ca)]),
        ...authorities.map(readAuthority)
      ]
      const { ca: trusted, client } = (yield* Effect.all(certificates)).reduce(joinFound, { ca: [], client: undefined })
      const trust: Trust = { ca: trusted, client, verify: tlsVerify ?? !insecure }
      const base = (protocol: string) => new URL(`${protocol}://${addressOf(name)}/`)
      const lenient = !trust.verify || (tlsVerify === undefined && isLoopback(base("http").hostname))
      if (scheme !== undefined) return { base: base(scheme), trust }
      if (!lenient) return { base: base("https"), trust }
      const chosen = yield* Effect.catchTag(probe(base("https"), trust), "TransportFailure", (failure) =>
        // Whoever speaks TLS and cannot prove its name must not be asked in the clear instead.
        failure.kind === "certificate" || failure.kind === "unknown-host" ? failure : probe(base("http"), trust)
      )
      return { base: chosen, trust }
    })
  return {
    find: (host) =>
      Effect.flatMap(RegistryTrust, ({ certDir, tlsVerify }) =>
        found.get(JSON.stringify([host, certDir ?? null, tlsVerify ?? null]), search(host))
      )
  }
}
