import { Locks, type LocksShape } from "@gantry/core/Locks"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Saboteur } from "../Saboteur.ts"

/** Semaphores by name, made when they are first asked for. */
const semaphores = () => {
  const all = new Map<string, Effect.Semaphore>()
  return (name: string): Effect.Semaphore => {
    const semaphore = all.get(name) ?? Effect.unsafeMakeSemaphore(1)
    all.set(name, semaphore)
    return semaphore
  }
}

/** No law of these asks. */
const held: LocksShape["held"] = () => Effect.succeed([])

const locks = (withLock: LocksShape["withLock"]): Layer.Layer<Locks> => Layer.succeed(Locks, { held, withLock })

/** Waits that never end would keep the trial from ending. */
const orGiveUp = <A, E, R>(waiting: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.timeoutFailCause(waiting, { duration: 500, onTimeout: () => Cause.die("it waits for ever") })

/** Locks with one sin each. */
export const lockSaboteurs: ReadonlyArray<Saboteur<Locks>> = [
  { sin: "lets everybody in", breaks: ["LOCK-1"], layer: locks((_, effect) => effect) },
  {
    sin: "looks whether the name is free, and takes it a little later",
    breaks: ["LOCK-1"],
    layer: Layer.sync(Locks, () => {
      const taken = new Set<string>()
      return {
        held,
        withLock: (name, effect) =>
          Effect.gen(function* () {
            while (taken.has(name)) yield* Effect.yieldNow()
            yield* Effect.yieldNow()
            taken.add(name)
            return yield* Effect.ensuring(
              effect,
              Effect.sync(() => taken.delete(name))
            )
          })
      }
    })
  },
  {
    sin: "gives the lock back only after success",
    breaks: ["LOCK-2"],
    layer: Layer.sync(Locks, () => {
      const semaphoreOf = semaphores()
      return {
        held,
        withLock: (name, effect) =>
          orGiveUp(semaphoreOf(name).take(1)).pipe(
            Effect.zipRight(effect),
            Effect.tap(() => semaphoreOf(name).release(1))
          )
      }
    })
  },
  {
    sin: "has one lock for all names",
    breaks: ["LOCK-3"],
    layer: Layer.sync(Locks, () => {
      const semaphoreOf = semaphores()
      return { held, withLock: (_, effect) => orGiveUp(semaphoreOf("one").withPermits(1)(effect)) }
    })
  }
]
