import * as Data from "effect/Data"

/**
 * How a connection can fail.
 *
 * - `refused`: nobody listens.
 * - `unknown-host`: the name has no address.
 * - `certificate`: the server cannot prove that it is who it should be.
 * - `no-tls`: the server speaks something else than TLS.
 * - `broken`: the connection ended in the middle.
 * - `stalled`: not a byte came for too long.
 * - `protocol`: what came makes no sense: a redirect loop, an answer without end.
 * - `other`: none of these.
 */
export type TransportKind =
  | "broken"
  | "certificate"
  | "no-tls"
  | "other"
  | "protocol"
  | "refused"
  | "stalled"
  | "unknown-host"

/** A request had no answer, or an answer had no end. */
export class TransportFailure extends Data.TaggedError("TransportFailure")<{
  readonly kind: TransportKind
  readonly why: string
}> {
  override get message() {
    return this.why
  }
}

/** Codes and words of Node, undici, Bun and Deno. The first that is found decides. */
const signs: ReadonlyArray<readonly [kind: TransportKind, pattern: RegExp]> = [
  ["refused", /ECONNREFUSED|ConnectionRefused|Connection refused/],
  ["unknown-host", /ENOTFOUND|EAI_AGAIN|dns error|failed to lookup address/],
  [
    "certificate",
    /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|CERT_|ERR_TLS_CERT|invalid peer certificate|self.signed certificate|unable to verify the first certificate/
  ],
  ["no-tls", /ERR_SSL_|EPROTO|TLS handshake failed|InvalidContentType|corrupt message|wrong version number/],
  [
    "broken",
    /ECONNRESET|EPIPE|UND_ERR_SOCKET|ConnectionClosed|other side closed|connection (?:closed|reset)|connection was closed|terminated|error reading a body|unexpected EOF|ERR_STREAM_PREMATURE_CLOSE|IncompleteBody|end of file/i
  ],
  ["stalled", /ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|timed out/]
]

/** All that an error and its causes say about themselves. */
const sayings = (cause: unknown): ReadonlyArray<string> => {
  if (!(cause instanceof Error)) return [String(cause)]
  const code = "code" in cause && typeof cause.code === "string" ? [cause.code] : []
  const several = cause instanceof AggregateError ? cause.errors.flatMap(sayings) : []
  return [...code, cause.message, ...several, ...(cause.cause === undefined ? [] : sayings(cause.cause))]
}

const sentences: { readonly [kind in TransportKind]: string } = {
  refused: "nobody listens there (connection refused)",
  "unknown-host": "its name has no address (DNS)",
  certificate: "its certificate is not trusted",
  "no-tls": "it does not speak TLS on this port",
  broken: "the connection was cut",
  stalled: "it did not answer in time",
  protocol: "it does not speak HTTP",
  other: "the connection failed"
}

/** What a failure on the way through a proxy says: nobody has come as far as the server. `proxy`: its address. */
export const behindProxy = ({ kind, why }: TransportFailure, proxy: string): TransportFailure => {
  // Its address may hold a password.
  const host = URL.canParse(proxy) ? new URL(proxy).host : "of the environment"
  if (kind === "refused")
    return new TransportFailure({ kind, why: `nobody listens at the proxy ${host} (connection refused)` })
  if (kind === "unknown-host") return new TransportFailure({ kind, why: `the proxy ${host} has no address (DNS)` })
  return new TransportFailure({ kind, why: `${why}, by way of the proxy ${host}` })
}

/** Which failure a runtime's error means. */
export const transportFailure = (cause: unknown): TransportFailure => {
  const said = sayings(cause)
  const all = said.join("\n")
  const kind = signs.find(([, pattern]) => pattern.test(all))?.[0] ?? "other"
  const last = said.findLast((each) => each !== "" && each !== "fetch failed") ?? "no reason was given"
  const detail = last.split("\n")[0] ?? last
  if (kind === "other") return new TransportFailure({ kind, why: `${sentences.other} (${detail})` })
  if (kind === "certificate") {
    const reason = /ALTNAME|altnames|NotValidForName|not valid for name/.test(all)
      ? "it is made out to another name"
      : detail.replace(/^.*invalid peer certificate: |; if the root CA.*$| fetching ".*$/g, "")
    return new TransportFailure({ kind, why: `${sentences.certificate} (${reason})` })
  }
  return new TransportFailure({ kind, why: sentences[kind] })
}
