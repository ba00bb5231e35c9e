import * as Effect from "effect/Effect"

/** Values that are made once for each key. Whoever asks meanwhile waits for the one who makes it. */
export interface Remembered<A> {
  readonly get: <E, R>(key: string, make: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly forget: (key: string) => void
}

/** Nothing that failed or was interrupted is remembered: the next one who waits tries for itself. */
export const remembered = <A>(
  isGood: (value: A) => Effect.Effect<boolean> = () => Effect.succeed(true)
): Remembered<A> => {
  const values = new Map<string, A>()
  const locks = new Map<string, Effect.Semaphore>()
  const lockOf = (key: string): Effect.Semaphore => {
    const known = locks.get(key)
    if (known !== undefined) return known
    const fresh = Effect.unsafeMakeSemaphore(1)
    locks.set(key, fresh)
    return fresh
  }
  return {
    forget: (key) => void values.delete(key),
    get: (key, make) => {
      const fresh = Effect.tap(make, (made) => Effect.sync(() => values.set(key, made)))
      const locked = Effect.suspend(() => lockOf(key).withPermits(1)(known(fresh)))
      const known = <E, R>(otherwise: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
        Effect.suspend(() => {
          const value = values.get(key)
          if (value === undefined) return otherwise
          return Effect.flatMap(isGood(value), (good) => (good ? Effect.succeed(value) : otherwise))
        })
      // Nearly always it is there: nobody has to wait for it then.
      return known(locked)
    }
  }
}
