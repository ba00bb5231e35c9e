import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { inTurns, type Turns } from "../src/turns.ts"

/** Work that never ends, and says when it begins and when it lets go. */
const endless = (told: Array<string>, begun: () => void) =>
  function* (): Turns<never> {
    try {
      told.push("begun")
      for (;;) {
        yield
        begun()
      }
    } finally {
      told.push("let go")
    }
  }

describe("work in turns", () => {
  it.live("has its result, with and without a turn of others", () =>
    Effect.gen(function* () {
      const turns = (count: number) =>
        inTurns(function* () {
          for (let turn = 0; turn < count; turn++) yield
          return count
        })
      expect(yield* Effect.all([turns(0), turns(1), turns(3)])).toEqual([0, 1, 3])
    })
  )

  it.live("goes on beside what timers and other fibers do", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const others = yield* Deferred.make<void>()
      const work = yield* Effect.fork(
        inTurns(
          endless(told, () => {
            if (told.length === 1) setTimeout(() => Deferred.unsafeDone(others, Effect.void))
          })
        )
      )
      yield* Deferred.await(others)
      expect(told).toEqual(["begun"])
      yield* Fiber.interrupt(work)
      expect(told).toEqual(["begun", "let go"])
    })
  )
})
