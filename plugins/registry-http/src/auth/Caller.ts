import type { CredentialsShape, Login } from "@gantry/core/registry/Credentials"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Http } from "../http/Http.ts"
import type { Reply } from "../http/Reply.ts"
import type { HttpRequest } from "../http/Send.ts"
import { remembered } from "../Remembered.ts"
import { isNearlyUsed, rateLimit, showRateLimit } from "../retry/rate-limit.ts"
import { retrying, type RetryPolicy } from "../retry/retrying.ts"
import { type Failure, saidIn, type Target } from "../Target.ts"
import { type Challenge, parseChallenges, preferred } from "./challenges.ts"
import { basic, makeTokens, rejected } from "./Tokens.ts"

/** A request to a registry. */
export interface Wanted {
  readonly method: HttpRequest["method"]
  /** Below `/v2/`, or an address that the registry gave. */
  readonly at: string | URL
  readonly headers?: HttpRequest["headers"]
  readonly body?: Uint8Array<ArrayBuffer>
  /** What a token must allow, such as `repository:library/alpine:pull`. */
  readonly scopes: ReadonlyArray<string>
  /** `false`: a failure is the caller's to handle. */
  readonly retry?: boolean
}

/** Speaks to registries: with a login where one is wanted, again where that may help. */
export interface Caller {
  readonly call: (target: Target, wanted: Wanted) => Effect.Effect<Reply, Failure, Scope.Scope>
  /** What a registry's answer to anybody says about how it wants to be asked. */
  readonly learn: (target: Pick<Target, "base">, reply: Pick<Reply, "header" | "status">) => void
  /** The same registry, asked with this login instead of the one that is kept. Nothing learnt is kept. */
  readonly as: (login: Login) => Caller
}

/** Makes the caller. */
export const makeCaller = (http: Http, credentials: Pick<CredentialsShape, "get">, policy: RetryPolicy): Caller => {
  const challenges = new Map<string, Challenge>()
  const logins = remembered<Option.Option<Login>>()
  const tokens = makeTokens(http, policy)
  const warned = new Set<string>()

  const loginFor = ({ name }: Target) => logins.get(name, credentials.get(name))

  const learn: Caller["learn"] = ({ base }, reply) => {
    if (reply.status !== 401) return
    const challenge = preferred(parseChallenges(reply.header("www-authenticate") ?? ""))
    if (challenge === undefined) return
    // The scope is that of one request; what else is said holds for the host.
    const { scope: _, ...params } = challenge.params
    challenges.set(base.origin, { ...challenge, params })
  }

  const authorization = (
    target: Target,
    challenge: Challenge | undefined,
    scopes: ReadonlyArray<string>,
    login: Option.Option<Login>
  ): Effect.Effect<string | undefined, Failure> => {
    if (challenge?.scheme === "bearer") {
      return Effect.map(tokens.get(target, challenge, scopes, login), (token) => `Bearer ${token}`)
    }
    const known = Option.getOrUndefined(login)
    return Effect.succeed(
      challenge !== undefined && known?.type === "password" ? basic(known.username, known.password) : undefined
    )
  }

  const tellLimit = (target: Target, reply: Reply): Effect.Effect<void> => {
    const limit = rateLimit(reply.header)
    if (limit === undefined) return Effect.void
    const text = `${target.name}: ${showRateLimit(limit)}`
    if (!isNearlyUsed(limit) || warned.has(target.name)) return Effect.logInfo(text)
    warned.add(target.name)
    return Effect.logWarning(text)
  }

  const once = (target: Target, { at, body, headers = {}, method, scopes }: Wanted) =>
    Effect.gen(function* () {
      const url = typeof at === "string" ? new URL(`v2/${at}`, target.base) : at
      const send = (authorized: string | undefined) =>
        http.request(target.trust, {
          method,
          url,
          headers: authorized === undefined ? headers : { ...headers, authorization: authorized },
          ...(body === undefined ? {} : { body })
        })
      // A registry may send uploads elsewhere; who we are is not for others.
      if (url.origin !== target.base.origin) return yield* send(undefined)
      const known = challenges.get(target.base.origin)
      const login = known === undefined ? Option.none() : yield* loginFor(target)
      const first = yield* authorization(target, known, scopes, login)
      const reply = yield* send(first)
      yield* tellLimit(target, reply)
      if (reply.status !== 401 || reply.url.host !== url.host) return reply
      const challenge = preferred(parseChallenges(reply.header("www-authenticate") ?? ""))
      const said = yield* saidIn(reply)
      const mine = yield* loginFor(target)
      if (challenge === undefined) return yield* Effect.fail(rejected(target, mine, said))
      if (first !== undefined) tokens.forget(target, challenge, scopes)
      learn(target, reply)
      const second = yield* authorization(target, challenge, scopes, mine)
      if (second === undefined || (second === first && challenge.scheme === "basic")) {
        return yield* Effect.fail(rejected(target, mine, said))
      }
      const again = yield* send(second)
      if (again.status !== 401) return again
      return yield* Effect.fail(rejected(target, mine, yield* saidIn(again)))
    })

  return {
    learn,
    call: (target, wanted) =>
      wanted.retry === false ? once(target, wanted) : retrying(target.base.host, policy, once(target, wanted)),
    as: (login) => makeCaller(http, { get: () => Effect.succeed(Option.some(login)) }, policy)
  }
}
