import type { Digest } from "@gantry/core/image/Digest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Caller } from "../auth/Caller.ts"
import type { Reply } from "../http/Reply.ts"
import { TransportFailure } from "../http/TransportFailure.ts"
import { isPassing, pause, type RetryPolicy, waitFor } from "../retry/retrying.ts"
import { type Failure, refusal, type Target } from "../Target.ts"
import { firstOf } from "./content-range.ts"
import { pullScope } from "./scopes.ts"

/** A connection that brought so many bytes was a good one: the tries are counted anew after it. */
const enough = 1024 * 1024

/** The stream without its first bytes. */
const skipping = (body: Reply["body"], count: number): Reply["body"] => {
  if (count === 0) return body
  return Stream.suspend(() => {
    let left = count
    return Stream.filterMap(body, (piece) => {
      const skipped = Math.min(left, piece.length)
      left -= skipped
      return skipped === piece.length && skipped > 0 ? Option.none() : Option.some(piece.subarray(skipped))
    })
  })
}

/** Asks for the bytes from a place on. A registry that does not know ranges sends all, and the beginning is skipped. */
const open = (
  caller: Caller,
  target: Target,
  digest: Digest,
  at: number
): Effect.Effect<Reply["body"], Failure, Scope.Scope> =>
  Effect.gen(function* () {
    const reply = yield* caller.call(target, {
      method: "GET",
      at: `${target.repository}/blobs/${digest}`,
      headers: at === 0 ? {} : { range: `bytes=${at}-` },
      scopes: pullScope(target)
    })
    if (reply.status === 200) return skipping(reply.body, at)
    // Nothing lies behind the end. Spec: RFC 9110, section 15.5.17.
    if (reply.status === 416 && at > 0) return Stream.empty
    if (reply.status !== 206) return yield* refusal(target, reply)
    const first = firstOf(reply.header("content-range"))
    if (first === undefined || first > at) {
      return yield* new TransportFailure({ kind: "protocol", why: `it sent another range than was asked for` })
    }
    return skipping(reply.body, at - first)
  })

/**
 * The bytes of a blob from an offset on. When the connection breaks, the stream goes on with a new one at the byte it
 * has. Spec: OCI distribution-spec, section "Pulling blobs".
 */
export const fetchBlob = (
  caller: Caller,
  policy: RetryPolicy,
  target: Target,
  digest: Digest,
  offset: number
): Stream.Stream<Uint8Array, Failure> => {
  const from = (at: number, tries: number): Stream.Stream<Uint8Array, Failure> =>
    Stream.suspend(() => {
      let seen = at
      let answered = false
      const opened = Effect.tap(open(caller, target, digest, at), () => Effect.sync(() => (answered = true)))
      return Stream.unwrapScoped(opened).pipe(
        Stream.map((piece) => {
          seen += piece.length
          return piece
        }),
        Stream.catchAll((failure) => {
          // A request without an answer was made often enough already.
          if (!answered) return Stream.fail(failure)
          const made = seen - at >= enough ? 1 : tries
          if (failure._tag !== "TransportFailure" || !isPassing(failure, made)) return Stream.fail(failure)
          if (made >= policy.tries) {
            const why = `${failure.why}; ${made} tries were made`
            return Stream.fail(new TransportFailure({ kind: "other", why }))
          }
          const wait = Effect.flatMap(pause(policy, made), (milliseconds) =>
            waitFor(target.base.host, `: ${failure.why}`, milliseconds, made, policy)
          )
          return Stream.unwrap(Effect.as(wait, from(seen, made + 1)))
        })
      )
    })
  return from(offset, 1)
}
