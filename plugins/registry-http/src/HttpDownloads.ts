import { readFile } from "node:fs/promises"
import { type Download, DownloadFailed, type DownloadsShape, type Validators } from "@gantry/core/download/Downloads"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { makeHttp, type Trust } from "./http/Http.ts"
import type { Reply } from "./http/Reply.ts"
import { TransportFailure } from "./http/TransportFailure.ts"
import { type RetryPolicy, retrying, usualPolicy } from "./retry/retrying.ts"
import { idleOf } from "./timeout.ts"

/** What the plugin is told by whoever composes it. */
export interface HttpDownloadsOptions {
  /** The environment: proxies, authorities (`SSL_CERT_FILE`, `NODE_EXTRA_CA_CERTS`), `GANTRY_REGISTRY_TIMEOUT`. */
  readonly env: { readonly [name: string]: string | undefined }
  /** Version of gantry, for the User-Agent header. */
  readonly version: string
  /** Longest time without a byte, in seconds. */
  readonly timeout?: number
  /** How failures are met; what is left out is as usual. */
  readonly retry?: Partial<RetryPolicy>
}

/** An address apart from the login that may stand in it, which goes into a header. */
const split = (url: URL): { readonly bare: URL; readonly headers: { readonly [name: string]: string } } => {
  const bare = new URL(url)
  bare.username = ""
  bare.password = ""
  bare.hash = ""
  if (url.username === "" && url.password === "") return { bare, headers: {} }
  const login = `${decoded(url.username)}:${decoded(url.password)}`
  return { bare, headers: { authorization: `Basic ${Buffer.from(login).toString("base64")}` } }
}

/** A part of an address without its escapes; one whose percent signs are none stays as it is. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const conditions = ({ etag, lastModified }: Validators): { readonly [name: string]: string } => ({
  ...(etag === undefined ? {} : { "if-none-match": etag }),
  ...(lastModified === undefined ? {} : { "if-modified-since": lastModified })
})

/** What an answer that is no file means. */
const refusal = (status: number): string => {
  switch (status) {
    case 401:
    case 403:
      return `the server does not let us have it (${status})`
    case 404:
    case 410:
      return `the server has no such file (${status})`
    default:
      return `the server answered ${status}`
  }
}

const downloadOf = (address: string, reply: Reply): Download => {
  const etag = reply.header("etag")
  const lastModified = reply.header("last-modified")
  const length = reply.header("content-length")
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(length === undefined || !/^\d{1,15}$/.test(length) ? {} : { size: Number(length) }),
    body: Stream.mapError(reply.body, ({ why }) => new DownloadFailed({ address, why }))
  }
}

/** Files over HTTP. Nothing is loaded or read before the first is asked for. */
export const make = (options: HttpDownloadsOptions): Effect.Effect<DownloadsShape> =>
  Effect.gen(function* () {
    const { env } = options
    const policy: RetryPolicy = { ...usualPolicy, ...options.retry }
    const http = makeHttp({ env, idle: idleOf(options), userAgent: `gantry/${options.version}` })
    const trust = yield* Effect.cached(
      Effect.map(
        Effect.forEach(
          [env["SSL_CERT_FILE"], env["NODE_EXTRA_CA_CERTS"]].filter((file) => file !== undefined && file !== ""),
          (file) =>
            Effect.tryPromise({
              try: () => readFile(String(file), "utf8"),
              catch: () => new TransportFailure({ kind: "certificate", why: `${file} cannot be read` })
            })
        ),
        (ca): Trust => ({ ca, client: undefined, verify: true })
      )
    )
    return {
      get: (url, known = {}) =>
        Effect.gen(function* () {
          const { bare, headers } = split(url)
          const address = bare.href
          const failed = (why: string, status?: number) =>
            new DownloadFailed({ address, why, ...(status === undefined ? {} : { status }) })
          const ask = Effect.flatMap(trust, (trusted) =>
            http.request(trusted, { method: "GET", url: bare, headers: { ...headers, ...conditions(known) } })
          )
          const reply = yield* Effect.mapError(retrying(bare.host, policy, ask), ({ message }) => failed(message))
          if (reply.status === 304 && (known.etag !== undefined || known.lastModified !== undefined)) {
            return Option.none()
          }
          if (reply.status !== 200) return yield* failed(refusal(reply.status), reply.status)
          return Option.some(downloadOf(address, reply))
        })
    }
  })
