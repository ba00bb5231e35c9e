import { Runtime } from "@gantry/core/runtime/Runtime"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Option, TestClock } from "effect"
import { stop } from "../../src/verbs/stop.ts"
import { world } from "../world.ts"
import { box, create, forever, start, stateOf } from "./play.ts"

describe("stop", () => {
  it.scoped("sends the container's own signal", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, stopSignal: "SIGINT" })
      yield* start(record)
      expect(Option.getOrThrow(yield* stop(record)).code).toBe(130)
    }).pipe(Effect.provide(world))
  )

  it.scoped("kills what has not ended after its grace time, and not before", () =>
    Effect.gen(function* () {
      yield* box
      // SIGWINCH is one that a process outlives.
      const record = yield* create({ ...forever, stopSignal: "SIGWINCH", stopTimeout: 7 })
      yield* start(record)
      const stopping = yield* Effect.fork(stop(record))
      yield* TestClock.adjust("6900 millis")
      expect((yield* stateOf(record.id)).status).toBe("running")
      yield* TestClock.adjust("100 millis")
      expect(Option.getOrThrow(yield* Fiber.join(stopping)).code).toBe(137)
    }).pipe(Effect.provide(world))
  )

  it.scoped("says so when not even SIGKILL has ended it in time", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, name: "stuck", stopTimeout: 1 })
      yield* start(record)
      const sent: Array<number> = []
      const deaf = {
        ...(yield* Runtime),
        signal: (_: string, signal: number) => Effect.sync(() => void sent.push(signal))
      }
      const stopping = yield* Effect.fork(Effect.provideService(Effect.flip(stop(record)), Runtime, deaf))
      yield* TestClock.adjust("10900 millis")
      expect(sent).toEqual([15, 9])
      expect(Option.isNone(yield* Fiber.poll(stopping))).toBe(true)
      yield* TestClock.adjust("100 millis")
      expect(yield* Fiber.join(stopping)).toMatchObject({ _tag: "WrongState", container: "stuck", verb: "stop" })
    }).pipe(Effect.provide(world))
  )

  it.scoped("waits for ever when the grace time is negative", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create(forever)
      yield* start(record)
      const stopping = yield* Effect.fork(stop(record, { seconds: -1, signal: 28 }))
      yield* TestClock.adjust("10 days")
      expect((yield* stateOf(record.id)).status).toBe("running")
      yield* (yield* Runtime).signal(record.id, 15)
      expect(Option.getOrThrow(yield* Fiber.join(stopping)).code).toBe(143)
    }).pipe(Effect.provide(world))
  )

  it.effect("does nothing to what does not run", () =>
    Effect.gen(function* () {
      yield* box
      expect(yield* stop(yield* create())).toEqual(Option.none())
    }).pipe(Effect.provide(world))
  )
})
