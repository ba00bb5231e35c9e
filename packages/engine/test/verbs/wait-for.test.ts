import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { wordsOf } from "../../src/verbs/wait-for.ts"
import { waitFor } from "../../src/verbs/wait-for.ts"
import { remove } from "../../src/verbs/remove.ts"
import { stop } from "../../src/verbs/stop.ts"
import { world } from "../world.ts"
import { box, create, forever, start } from "./play.ts"

describe("waiting for a condition", () => {
  it.scopedLive("ends when it is true, with the exit code that there is by then", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever })
      expect(yield* waitFor(record, ["created"], 1)).toBe(-1)
      const running = yield* Effect.fork(waitFor(record, ["running", "healthy"], 1))
      yield* start(record)
      expect(yield* Fiber.join(running)).toBe(-1)
      const ended = yield* Effect.fork(waitFor(record, ["exited"], 1))
      const gone = yield* Effect.fork(waitFor(record, ["removed"], 1))
      const paused = yield* Effect.fork(Effect.flip(waitFor(record, ["paused"], 1)))
      yield* stop(record)
      expect(yield* Fiber.join(ended)).toBe(143)
      expect(yield* waitFor(record, ["stopped"], 1)).toBe(143)
      yield* remove(record, { force: true, volumes: false })
      yield* Fiber.join(gone)
      expect(yield* Fiber.join(paused)).toMatchObject({ _tag: "NotReady", why: "it was removed" })
    }).pipe(Effect.provide(world))
  )

  it.scoped("refuses to wait for the health of what nobody looks at", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever })
      expect((yield* Effect.flip(waitFor(record, ["healthy", "unhealthy"], 1)))._tag).toBe("NotReady")
    }).pipe(Effect.provide(world))
  )

  it("says of a state all that is true of it", () => {
    const exit = { code: 0, oomKilled: false }
    expect(wordsOf({ status: "running", startedAt: 0, paused: false, health: "healthy" })).toEqual([
      "running",
      "healthy"
    ])
    expect(wordsOf({ status: "running", startedAt: 0, paused: true, health: "starting" })).toEqual(["paused"])
    expect(wordsOf({ status: "exited", exit, startedAt: 0, finishedAt: 0 })).toEqual(["exited", "stopped"])
    expect(wordsOf({ status: "lost", startedAt: 0 })).toEqual(["exited", "stopped"])
    expect(wordsOf({ status: "restarting", exit, finishedAt: 0, restarts: 1 })).toEqual(["restarting"])
  })
})
