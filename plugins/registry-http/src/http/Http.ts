import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { loadSend } from "./backends/load.ts"
import { proxiesAbound, proxyFor } from "./proxies.ts"
import { exchange, type Reply } from "./Reply.ts"
import type { Connection, HttpRequest } from "./Send.ts"
import { behindProxy, TransportFailure } from "./TransportFailure.ts"

/** Whom a request trusts, and as whom it comes. */
export type Trust = Pick<Connection, "ca" | "client" | "verify">

/** Sends requests, through proxies and along redirects. */
export interface Http {
  /** `idle`: milliseconds without a byte, where the usual number does not fit. */
  readonly request: (
    trust: Trust,
    request: HttpRequest,
    idle?: number
  ) => Effect.Effect<Reply, TransportFailure, Scope.Scope>
}

/** How to send. */
export interface HttpOptions {
  readonly env: { readonly [name: string]: string | undefined }
  readonly userAgent: string
  /** Longest time without a byte, in milliseconds. */
  readonly idle: number
}

const mostRedirects = 10

/** Certificates have no part in a connection in the clear, and a client with many of them is slow with each request. */
const inTheClear: Trust = { ca: [], client: undefined, verify: true }

/** Most bytes of an answer that nobody wants; reading them keeps the connection for the next request. */
const mostUnread = 64 * 1024

/** Whether an address is one of the web: what sends requests here opens files, too. */
const isWeb = ({ protocol }: URL): boolean => protocol === "http:" || protocol === "https:"

/** The request that a redirect asks for, without what is none of the other host's business. */
const redirected = (request: HttpRequest, status: number, location: string): HttpRequest | string => {
  const url = URL.canParse(location, request.url.href) ? new URL(location, request.url) : undefined
  if (url === undefined || !isWeb(url)) {
    return `it redirects to "${location}", which is no address`
  }
  const away = url.host !== request.url.host || (request.url.protocol === "https:" && url.protocol === "http:")
  const { authorization: _, ...others } = request.headers
  const headers = away ? others : request.headers
  if (status === 307 || status === 308) return { ...request, url, headers }
  if (request.method === "HEAD") return { method: "HEAD", url, headers }
  if (request.method === "GET" || status === 303) return { method: "GET", url, headers }
  return `it redirects a ${request.method} with status ${status}`
}

/** Makes the sender. */
export const makeHttp = ({ env, idle: usualIdle, userAgent }: HttpOptions): Http => {
  const once = (trust: Trust, request: HttpRequest, idle: number) => {
    const proxy = proxyFor(request.url, env)
    const isClear = request.url.protocol === "http:" && !(proxy?.startsWith("https:") ?? false)
    const connection = { ...(isClear ? inTheClear : trust), proxy, proxiesAbound: proxiesAbound(env) }
    const reply = Effect.flatMap(
      Effect.promise(() => loadSend(connection)),
      (send) => exchange(send, request, idle)
    )
    return proxy === undefined ? reply : Effect.mapError(reply, (failure) => behindProxy(failure, proxy))
  }
  return {
    request: (trust, first, idle = usualIdle) =>
      Effect.gen(function* () {
        if (!isWeb(first.url)) {
          const why = `it leads to "${first.url.href}", which is no address`
          return yield* new TransportFailure({ kind: "protocol", why })
        }
        // What is stored is what is meant: a registry's bytes are never encoded for the way.
        const always = { "accept-encoding": "identity", "user-agent": userAgent }
        let request: HttpRequest = { ...first, headers: { ...always, ...first.headers } }
        const been = new Set<string>()
        for (;;) {
          been.add(request.url.href)
          // A client certificate is for the host that it was configured for.
          const trusted = request.url.host === first.url.host ? trust : { ...trust, client: undefined }
          const reply: Reply = yield* once(trusted, request, idle)
          const location = reply.header("location")
          if (![301, 302, 303, 307, 308].includes(reply.status) || location === undefined) return reply
          yield* Effect.ignore(reply.bytes(mostUnread))
          const next = redirected(request, reply.status, location)
          if (typeof next === "string") return yield* new TransportFailure({ kind: "protocol", why: next })
          if (been.has(next.url.href)) {
            return yield* new TransportFailure({ kind: "protocol", why: `it redirects in a loop (${next.url.host})` })
          }
          if (been.size > mostRedirects) {
            return yield* new TransportFailure({
              kind: "protocol",
              why: `it redirects more than ${mostRedirects} times`
            })
          }
          request = next
        }
      })
  }
}
