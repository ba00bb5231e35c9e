import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"

/** What `make` returns: the value of a key, and whether this call is the one that made it. */
export type Once<K, A, E> = <R>(key: K, work: Effect.Effect<A, E, R>) => Effect.Effect<Answer<A>, E, R>

/** A value, and whether it was made for this question. */
export interface Answer<A> {
  readonly value: A
  readonly first: boolean
}

/** Does the work of each key once; whoever asks meanwhile waits for it, and a failure is everybody's. */
export const make = <K, A, E>(): Once<K, A, E> => {
  const known = new Map<K, Deferred.Deferred<A, E>>()
  return <R>(key: K, work: Effect.Effect<A, E, R>) =>
    Effect.suspend((): Effect.Effect<Answer<A>, E, R> => {
      const running = known.get(key)
      if (running !== undefined) return Effect.map(Deferred.await(running), (value) => ({ value, first: false }))
      // Made at once, without a chance for another fiber between the question and this.
      const result = Deferred.unsafeMake<A, E>(FiberId.none)
      known.set(key, result)
      return Effect.map(Effect.zipRight(Effect.intoDeferred(work, result), Deferred.await(result)), (value) => ({
        value,
        first: true
      }))
    })
}
