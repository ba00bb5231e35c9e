import { copyFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Login } from "@gantry/core/registry/Credentials"
import * as Registry from "@gantry/core/registry/Registry"
import { register } from "@gantry/laws/register"
import { RegistryBench, registryLaws } from "@gantry/laws/registry-laws"
import { Context, Effect, Layer, Option, type Scope } from "effect"
import * as vitest from "vitest"
import { makeDriver } from "../src/HttpRegistry.ts"
import { type Certificates, makeCertificates } from "./host/certificates.ts"
import { isInstalled, type RegistryParts, start, temporary } from "./host/DockerRegistry.ts"
import { startIssuer } from "./host/token-issuer.ts"

/** `alice:secret` as htpasswd keeps it (bcrypt, cost 5). */
const passwords = "alice:$2y$05$JOQOYxpG6L8SZ5Ie/lsGv.A7cPrpRkH2gCB.Lm/O4pIzzxBb5XSAW\n"

const alice: Login = { type: "password", username: "alice", password: "secret" }

/** A registry that runs, and the plugin that speaks to it as this login. */
const bench = (
  parts: (directory: string, certificates: () => Certificates) => Effect.Effect<RegistryParts, never, Scope.Scope>,
  login: Login | undefined
) =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const directory = yield* temporary
      const certs = join(directory, "certs.d")
      const prepared = yield* parts(directory, () => makeCertificates(join(directory, "pki")))
      const host = yield* start(prepared)
      mkdirSync(join(certs, host), { recursive: true })
      if (prepared.tls !== undefined) copyFileSync(join(directory, "pki/ca.crt"), join(certs, host, "ca.crt"))
      const driver = yield* makeDriver({
        env: {},
        configFiles: [],
        version: "test",
        certificates: [certs],
        retry: { base: 1 },
        credentials: {
          get: (registry) => Effect.succeed(registry === host ? Option.fromNullable(login) : Option.none()),
          put: () => Effect.dieMessage("nothing is kept"),
          remove: () => Effect.succeed(false)
        }
      })
      return Context.make(Registry.Registry, Registry.make(driver)).pipe(
        Context.add(RegistryBench, { registry: host, repository: "laws" })
      )
    })
  )

if (isInstalled) {
  register(vitest, {
    name: "registry-http keeps the registry laws",
    laws: registryLaws,
    layer: bench(() => Effect.succeed({}), undefined)
  })

  register(vitest, {
    name: "registry-http with a password and TLS keeps the registry laws",
    laws: registryLaws,
    layer: bench(
      (directory, certificates) =>
        Effect.sync(() => {
          const file = join(directory, "htpasswd")
          writeFileSync(file, passwords)
          return { tls: certificates(), auth: { htpasswd: { realm: "laws", path: file } } }
        }),
      alice
    )
  })

  register(vitest, {
    name: "registry-http with tokens keeps the registry laws",
    laws: registryLaws,
    layer: bench(
      (_, certificates) =>
        Effect.gen(function* () {
          const made = certificates()
          const { realm } = yield* startIssuer("laws", made)
          const token = { realm, service: "laws", issuer: "gantry-test", rootcertbundle: made.certificate }
          return { auth: { token } }
        }),
      alice
    )
  })
} else {
  vitest.it("needs the program docker-registry", () => {
    console.warn(
      "NOT TESTED against a real registry: docker-registry is missing; on Debian: apt-get install docker-registry"
    )
  })
}
