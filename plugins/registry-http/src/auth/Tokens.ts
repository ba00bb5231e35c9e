import type { Login } from "@gantry/core/registry/Credentials"
import { LoginRequired, RegistryRefused } from "@gantry/core/registry/RegistryError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Http } from "../http/Http.ts"
import { isLoopback } from "../http/proxies.ts"
import type { HttpRequest } from "../http/Send.ts"
import { TransportFailure } from "../http/TransportFailure.ts"
import { remembered } from "../Remembered.ts"
import { retrying, type RetryPolicy } from "../retry/retrying.ts"
import { type Failure, mostError, readSaid, type Said, type Target } from "../Target.ts"
import type { Challenge } from "./challenges.ts"

interface Token {
  readonly text: string
  /** Milliseconds since 1970. */
  readonly expires: number
}

/** Tokens of registries that send people to a token server. */
export interface Tokens {
  /**
   * A token for these scopes: one that is still good, or a new one. Requests at the same time share it.
   *
   * Spec: distribution, "Token authentication".
   */
  readonly get: (
    target: Target,
    challenge: Challenge,
    scopes: ReadonlyArray<string>,
    login: Option.Option<Login>
  ) => Effect.Effect<string, Failure>
  /** The registry did not take a token for these scopes. */
  readonly forget: (target: Target, challenge: Challenge, scopes: ReadonlyArray<string>) => void
}

/** Most bytes of a token server's answer. */
const mostToken = 1024 * 1024

/** Seconds for which a token is good when nobody says. Spec: distribution, "Token authentication". */
const usualLife = 60

/** `Authorization` of a name and a password. */
export const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`

/** What a registry that does not take a login means. */
export const rejected = (target: Target, login: Option.Option<Login>, said: Said | undefined): Failure => {
  const { name: registry, reference } = target
  if (Option.isNone(login)) return new LoginRequired({ registry, reference })
  const reason = said === undefined ? "" : ` (${said.detail})`
  return new RegistryRefused({ registry, code: "UNAUTHORIZED", detail: `credentials rejected${reason}` })
}

const request = (
  realm: URL,
  service: string | undefined,
  scopes: ReadonlyArray<string>,
  login: Login | undefined
): HttpRequest => {
  if (login?.type === "identity-token") {
    const form = new URLSearchParams({ grant_type: "refresh_token", client_id: "gantry", refresh_token: login.token })
    if (service !== undefined) form.set("service", service)
    if (scopes.length > 0) form.set("scope", scopes.join(" "))
    const headers = { accept: "application/json", "content-type": "application/x-www-form-urlencoded" }
    return { method: "POST", url: realm, headers, body: Buffer.from(form.toString()) }
  }
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set("service", service)
  for (const scope of scopes) url.searchParams.append("scope", scope)
  if (login === undefined) return { method: "GET", url, headers: { accept: "application/json" } }
  url.searchParams.set("account", login.username)
  const authorization = basic(login.username, login.password)
  return { method: "GET", url, headers: { accept: "application/json", authorization } }
}

const readToken = (body: Uint8Array, now: number): Token | undefined => {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
  const { access_token, expires_in, token } = (json ?? {}) as { [name: string]: unknown }
  const text = [token, access_token].find((each) => typeof each === "string" && /^[\x21-\x7e]+$/.test(each))
  if (typeof text !== "string") return undefined
  const life = typeof expires_in === "number" && expires_in > 0 ? expires_in : usualLife
  // A token that ends while its request is on the way is of no use.
  return { text, expires: now + life * 900 }
}

const keyOf = (target: Target, { params }: Challenge, scopes: ReadonlyArray<string>) =>
  JSON.stringify([target.base.origin, target.name, params["realm"], params["service"], scopes])

/** Fetches tokens and keeps them as long as they are good. */
export const makeTokens = (http: Http, policy: RetryPolicy): Tokens => {
  const tokens = remembered<Token>((token) => Effect.map(Clock.currentTimeMillis, (now) => now < token.expires))

  const fetchToken = (
    target: Target,
    challenge: Challenge,
    scopes: ReadonlyArray<string>,
    login: Option.Option<Login>
  ): Effect.Effect<Token, Failure> =>
    Effect.scoped(
      Effect.gen(function* () {
        const { realm: text = "", scope, service } = challenge.params
        const realm = URL.canParse(text) ? new URL(text) : undefined
        if (realm === undefined || (realm.protocol !== "https:" && realm.protocol !== "http:")) {
          return yield* new TransportFailure({ kind: "protocol", why: `its token server is no address: "${text}"` })
        }
        if (realm.protocol === "http:" && !isLoopback(realm.hostname) && Option.isSome(login)) {
          const why = `its token server ${realm.origin} does not encrypt, so the login is not sent there`
          return yield* new TransportFailure({ kind: "protocol", why })
        }
        // What the registry names and nobody asked for, it may need all the same.
        const all = [...new Set([...scopes, ...(scope ?? "").split(" ").filter((each) => each !== "")])]
        const sameHost = realm.host === target.base.host
        const trust = sameHost ? target.trust : { ...target.trust, client: undefined }
        const reply = yield* retrying(
          realm.host,
          policy,
          http.request(trust, request(realm, service, all, Option.getOrUndefined(login)))
        )
        if (reply.status === 200) {
          const token = readToken(yield* reply.bytes(mostToken), yield* Clock.currentTimeMillis)
          if (token !== undefined) return token
          const why = `its token server ${realm.host} answered without a token`
          return yield* new TransportFailure({ kind: "protocol", why })
        }
        const said = readSaid(yield* reply.bytes(mostError))
        if ([400, 401, 403].includes(reply.status)) return yield* Effect.fail(rejected(target, login, said))
        const detail = said === undefined ? "" : ` (${said.detail})`
        const why = `its token server ${realm.host} answered ${reply.status}${detail}`
        return yield* new TransportFailure({ kind: "other", why })
      })
    )

  return {
    forget: (target, challenge, scopes) => tokens.forget(keyOf(target, challenge, scopes)),
    get: (target, challenge, scopes, login) =>
      Effect.map(
        tokens.get(keyOf(target, challenge, scopes), fetchToken(target, challenge, scopes, login)),
        ({ text }) => text
      )
  }
}
