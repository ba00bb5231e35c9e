import { Locks } from "@gantry/core/Locks"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"

const names = fc.constantFrom("a", "b", "pull-x", "layer.1", "_", "A", "n".repeat(100))

/** Lets all that can go on go on, several times, because locks may be asked for again and again. */
const turns = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow())

/** What locks must make true. */
export const lockLaws: ReadonlyArray<Law<Locks>> = [
  forAll(
    "LOCK-1",
    "of those who want the same name one goes on at a time, and all of them do",
    fc.tuple(names, fc.integer({ min: 2, max: 5 })),
    ([name, count]) =>
      Effect.gen(function* () {
        const { withLock } = yield* Locks
        let inside = 0
        let most = 0
        let done = 0
        const visit = withLock(
          name,
          Effect.gen(function* () {
            inside += 1
            most = Math.max(most, inside)
            yield* turns
            inside -= 1
            done += 1
          })
        )
        yield* Effect.all(
          Array.from({ length: count }, () => visit),
          { concurrency: "unbounded" }
        )
        return most === 1 && done === count
      }),
    { runs: 10 }
  ),

  forAll(
    "LOCK-2",
    "a lock is given back when its holder succeeds, fails or is interrupted",
    fc.tuple(names, fc.constantFrom("succeeds", "fails", "dies", "is interrupted", "gives up waiting")),
    ([name, how]) =>
      Effect.gen(function* () {
        const { withLock } = yield* Locks
        const held = yield* Deferred.make<void>()
        const stays = withLock(name, Effect.zipRight(Deferred.succeed(held, undefined), Effect.never))
        switch (how) {
          case "succeeds":
            yield* withLock(name, Effect.void)
            break
          case "fails":
            yield* Effect.flip(withLock(name, Effect.fail("no")))
            break
          case "dies":
            yield* Effect.exit(withLock(name, Effect.die("no")))
            break
          default: {
            const holder = yield* Effect.fork(stays)
            yield* Deferred.await(held)
            if (how === "gives up waiting") yield* Fiber.interrupt(yield* Effect.fork(withLock(name, Effect.void)))
            yield* Fiber.interrupt(holder)
          }
        }
        return Exit.isSuccess(yield* Effect.exit(withLock(name, Effect.void)))
      }),
    { runs: 20 }
  ),

  forAll(
    "LOCK-3",
    "a holder of one name does not keep others from another",
    fc.uniqueArray(names, { minLength: 2, maxLength: 4 }),
    (several) =>
      Effect.gen(function* () {
        const { withLock } = yield* Locks
        const all = several.reduceRight<Effect.Effect<boolean, unknown>>(
          (inner, name) => withLock(name, inner),
          Effect.succeed(true)
        )
        return yield* all
      }),
    { runs: 10 }
  )
]
