import { Locks, type LocksShape } from "@gantry/core/Locks"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Locks inside one program. */
export const make: Effect.Effect<LocksShape> = Effect.sync(() => {
  const locks = new Map<string, { readonly semaphore: Effect.Semaphore; users: number }>()
  return {
    held: (prefix) => Effect.sync(() => [...locks.keys()].filter((name) => name.startsWith(prefix)).toSorted()),
    withLock: (name, effect) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          const lock = locks.get(name) ?? { semaphore: Effect.unsafeMakeSemaphore(1), users: 0 }
          locks.set(name, lock)
          lock.users += 1
          return lock
        }),
        ({ semaphore }) => semaphore.withPermits(1)(effect),
        (lock) =>
          Effect.sync(() => {
            lock.users -= 1
            if (lock.users === 0) locks.delete(name)
          })
      )
  }
})

/** The service as an Effect layer. */
export const layer: Layer.Layer<Locks> = Layer.effect(Locks, make)
