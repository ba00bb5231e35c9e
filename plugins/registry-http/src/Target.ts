import { familiar, type ImageRef } from "@gantry/core/image/ImageRef"
import {
  ImageNotFound,
  LoginRequired,
  type RegistryError,
  RegistryRefused,
  RegistryUnavailable
} from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"
import type { Trust } from "./http/Http.ts"
import type { Reply } from "./http/Reply.ts"
import type { TransportFailure } from "./http/TransportFailure.ts"

/** One repository of one host, and how the host is spoken to. */
export interface Target {
  /** The registry as image names spell it, or the mirror's host. Logins are kept under this name. */
  readonly name: string
  /** Scheme, host and port, with a slash at the end. */
  readonly base: URL
  readonly repository: string
  readonly trust: Trust
  /** The image as people typed it, for errors. */
  readonly reference: string
}

/** What can go wrong inside this plugin. Nothing of a {@link TransportFailure} leaves it. */
export type Failure = RegistryError | TransportFailure

/** Most bytes of the body of an error that are read. */
export const mostError = 64 * 1024

/** What an error body says. Spec: OCI distribution-spec, section "Error Codes". */
export interface Said {
  readonly code: string
  readonly detail: string
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

/** Reads the body of an error: the `errors` of the specification, or what token servers and old registries send. */
export const readSaid = (body: Uint8Array): Said | undefined => {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
  if (typeof json !== "object" || json === null) return undefined
  const { details, error, errors } = json as { details?: unknown; error?: unknown; errors?: unknown }
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  if (typeof first === "object" && first !== null) {
    const { code, detail, message } = first as { code?: unknown; detail?: unknown; message?: unknown }
    const more = typeof detail === "string" && detail !== "" ? ` (${detail})` : ""
    const said = `${textOf(message)}${more}`
    return { code: printable(textOf(code)) || "UNKNOWN", detail: printable(said) || "no reason was given" }
  }
  const said = textOf(details) || textOf(error)
  return said === "" ? undefined : { code: "UNKNOWN", detail: printable(said) }
}

/** Foreign text for one line of a terminal. */
const printable = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, 500)

/** The body of an answer that is an error. One that is too long or breaks off says nothing. */
export const saidIn = (reply: Reply): Effect.Effect<Said | undefined> =>
  reply.bytes(mostError).pipe(
    Effect.map(readSaid),
    Effect.orElseSucceed(() => undefined)
  )

/** The error of an answer whose status is none of those that were hoped for. */
export const refusal = (target: Target, reply: Reply): Effect.Effect<never, RegistryError> =>
  Effect.flatMap(saidIn(reply), (said): Effect.Effect<never, RegistryError> => {
    const { name: registry, reference } = target
    const detail = said?.detail ?? `it answered ${reply.status}`
    if (reply.status === 404) return Effect.fail(new ImageNotFound({ reference }))
    if (reply.status === 401) return Effect.fail(new LoginRequired({ registry, reference }))
    if (reply.status >= 400 && reply.status < 500) {
      const code = said?.code ?? (reply.status === 403 ? "DENIED" : "UNKNOWN")
      return Effect.fail(new RegistryRefused({ registry, code, detail }))
    }
    const why = said === undefined ? detail : `it answered ${reply.status} (${detail})`
    return Effect.fail(new RegistryUnavailable({ registry, why }))
  })

const help = (kind: TransportFailure["kind"], host: string): string => {
  switch (kind) {
    case "certificate":
      return `; put the certificate of its authority into /etc/docker/certs.d/${host}/ca.crt, or "ca" of "registries" in gantry.config.json; --tls-verify=false trusts anybody`
    case "no-tls":
      return '; --tls-verify=false, or "insecure": true in gantry.config.json, allows plain HTTP'
    default:
      return ""
  }
}

/** The one place where failures of connections become failures of registries. */
export const outward =
  (name: string) =>
  (failure: Failure): RegistryError =>
    failure._tag === "TransportFailure"
      ? new RegistryUnavailable({ registry: name, why: `${failure.why}${help(failure.kind, name)}` })
      : failure

/** How people spell what they asked for. */
export const spelled = (ref: ImageRef): string => familiar(ref)
