import * as Effect from "effect/Effect"
import * as Either from "effect/Either"

/** Synchronous work that others may interrupt wherever it yields. Given up there, it lets go of what it holds. */
export type Turns<A> = Generator<void, A, void>

/** Bytes to be read or written in one turn: a twentieth of a second, half of one on a slow disk. */
export const turnSize: number = 64 * 1024 * 1024

/** Does work without a break: where there is nobody else. */
export const atOnce = <A>(work: Turns<A>): A => {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

/**
 * Does work in turns: after each, signals, timers and other fibers have theirs, and an interruption ends it. Work that never
 * yields costs no turn.
 */
export const inTurns = <A>(begin: () => Turns<A>): Effect.Effect<A> =>
  Effect.suspend(() => {
    const work = begin()
    const go = (): Effect.Effect<A> => {
      const step = work.next()
      return step.done === true ? Effect.succeed(step.value) : Effect.flatMap(othersTurn, go)
    }
    const first = work.next()
    if (first.done === true) return Effect.succeed(first.value)
    const giveUp = Effect.sync(() => void work.return(undefined as never))
    return Effect.ensuring(Effect.flatMap(othersTurn, go), giveUp)
  })

/** The same for work that throws: what it throws becomes a failure. */
export const tryInTurns = <A, E>(begin: () => Turns<A>, failure: (cause: unknown) => E): Effect.Effect<A, E> =>
  Effect.flatten(inTurns(() => attempt(begin, failure)))

function* attempt<A, E>(begin: () => Turns<A>, failure: (cause: unknown) => E): Turns<Either.Either<A, E>> {
  try {
    return Either.right(yield* begin())
  } catch (cause) {
    return Either.left(failure(cause))
  }
}

const othersTurn: Effect.Effect<void> = Effect.async((resume) => {
  const next = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(next))
})
