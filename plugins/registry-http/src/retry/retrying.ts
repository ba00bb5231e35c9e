import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { Reply } from "../http/Reply.ts"
import { TransportFailure } from "../http/TransportFailure.ts"
import { type Failure, saidIn } from "../Target.ts"
import { retryAfter } from "./retry-after.ts"

/** How stubborn to be. Times are in milliseconds. */
export interface RetryPolicy {
  /** Longest pause before the second try; it doubles with each further one. */
  readonly base: number
  /** No pause is longer. */
  readonly cap: number
  /** Tries in all. */
  readonly tries: number
  /** A server that asks for a longer pause is not waited for. */
  readonly longestAsked: number
}

/** What is done unless somebody says otherwise. */
export const usualPolicy: RetryPolicy = { base: 500, cap: 30_000, tries: 5, longestAsked: 60_000 }

const worthTrying = new Set([429, 500, 502, 503, 504])

/** The pause before the next try: exponential, with full jitter. `tries` is how many there were. */
export const pause = (policy: RetryPolicy, tries: number): Effect.Effect<number> =>
  Effect.map(Random.next, (random) => Math.round(random * Math.min(policy.cap, policy.base * 2 ** (tries - 1))))

/** Milliseconds as people read them. */
export const shown = (milliseconds: number): string =>
  milliseconds >= 120_000 ? `${Math.ceil(milliseconds / 60_000)} min` : `${Math.ceil(milliseconds / 100) / 10} s`

/** Says that a try failed, waits, and lets the next one begin. `tries` is how many there were. */
export const waitFor = (
  host: string,
  why: string,
  milliseconds: number,
  tries: number,
  policy: RetryPolicy
): Effect.Effect<void> =>
  Effect.zipRight(
    Effect.logWarning(`${host}${why}; trying again in ${shown(milliseconds)} (${tries + 1} of ${policy.tries})`),
    Effect.sleep(milliseconds)
  )

/** Whether the same request may do better. A server that says nothing is given one more chance only. */
export const isPassing = ({ kind }: TransportFailure, tries: number): boolean =>
  kind === "broken" || (kind === "stalled" && tries < 2)

/**
 * Sends again while the failure may pass: too many requests, an overloaded server, a connection that breaks. The pause
 * that the server asks for counts, when it is not too long. Whatever else is answered is the result.
 */
export const retrying = <R>(
  host: string,
  policy: RetryPolicy,
  once: Effect.Effect<Reply, Failure, R>
): Effect.Effect<Reply, Failure, R> => {
  const attempt = (tries: number): Effect.Effect<Reply, Failure, R> =>
    Effect.matchEffect(once, {
      onFailure: (failure) => {
        if (failure._tag !== "TransportFailure" || !isPassing(failure, tries)) return Effect.fail(failure)
        if (tries >= policy.tries) return Effect.fail(givenUp(failure.why, tries))
        return Effect.flatMap(pause(policy, tries), (milliseconds) =>
          Effect.zipRight(waitFor(host, `: ${failure.why}`, milliseconds, tries, policy), attempt(tries + 1))
        )
      },
      onSuccess: (reply) => {
        if (!worthTrying.has(reply.status)) return Effect.succeed(reply)
        return Effect.gen(function* () {
          const said = yield* saidIn(reply)
          const answered = `answered ${reply.status}${said === undefined ? "" : ` (${said.detail})`}`
          const now = yield* Clock.currentTimeMillis
          const asked = retryAfter(reply.header("retry-after"), now)
          if (asked !== undefined && asked > policy.longestAsked) {
            const until = new Date(now + asked).toISOString().replace("T", " ").replace(/\..*$/, " UTC")
            const why = `it ${answered} and wants to be left alone for ${shown(asked)}, until ${until}`
            return yield* new TransportFailure({ kind: "other", why })
          }
          if (tries >= policy.tries) return yield* givenUp(`it ${answered}`, tries)
          const milliseconds = asked ?? (yield* pause(policy, tries))
          yield* waitFor(host, ` ${answered}`, milliseconds, tries, policy)
          return yield* attempt(tries + 1)
        })
      }
    })
  return attempt(1)
}

/** The end of patience. Nobody around tries again. */
const givenUp = (why: string, tries: number) =>
  new TransportFailure({ kind: "other", why: `${why}; ${tries} tries were made` })
