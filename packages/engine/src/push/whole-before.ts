import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** The beginning of a stream. */
export interface Begun<E> {
  readonly head: Uint8Array<ArrayBuffer>
  /** The head is all there is. */
  readonly all: boolean
  /** What comes behind the head; run it once, before the scope closes. */
  readonly rest: Stream.Stream<Uint8Array, E>
}

/** Reads a stream up to its end or to `limit` bytes, a piece more at most. */
export const wholeBefore = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  limit: number
): Effect.Effect<Begun<E>, E, R | Scope.Scope> =>
  Effect.gen(function* () {
    const pull = yield* Stream.toPull(bytes)
    const context = yield* Effect.context<R>()
    const next = Effect.provide(pull, context)
    const parts: Array<Uint8Array> = []
    let size = 0
    for (;;) {
      // The pull fails with `None` at the end of the stream, and with its failure otherwise.
      const step = yield* Effect.either(next)
      if (Either.isLeft(step)) {
        if (step.left._tag === "Some") return yield* Effect.fail(step.left.value)
        return { head: joined(parts), all: true, rest: Stream.empty }
      }
      for (const part of Chunk.toReadonlyArray(step.right)) {
        parts.push(part)
        size += part.length
      }
      if (size > limit) {
        return { head: joined(parts), all: false, rest: Stream.repeatEffectChunkOption(next) }
      }
    }
  })

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts))
