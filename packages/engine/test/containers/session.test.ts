import { PassThrough } from "node:stream"
import { describe, expect, it } from "@effect/vitest"
import type { ContainerState } from "@gantry/core/runtime/ContainerState"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { lostExit, sessionOf } from "../../src/containers/session.ts"
import { converse } from "../../src/supervisor/client.ts"

const running: ContainerState = { status: "running", startedAt: 1, paused: false }

/** The end of a session whose supervisor falls silent, where looks at the container show these states in turn. */
const exitAfter = (...states: readonly [ContainerState, ...ReadonlyArray<ContainerState>]) =>
  Effect.gen(function* () {
    const inlet = new PassThrough()
    inlet.end()
    const conversation = converse({ inlet, outlet: new PassThrough(), close: () => {} })
    let look = 0
    const state = Effect.sync(() => states[look++] ?? states.at(-1) ?? states[0])
    const session = sessionOf("c", conversation, { signal: () => Effect.void, state })
    const fiber = yield* Effect.fork(Effect.either(session.exit))
    // What wakes the session are events of Node, which the clock of tests knows nothing of.
    yield* Effect.promise(() => conversation.event("exited"))
    while (fiber.unsafePoll() === null) {
      yield* Effect.promise(() => new Promise(setImmediate))
      yield* TestClock.adjust("10 millis")
    }
    return yield* Fiber.join(fiber)
  })

describe("a session whose supervisor says no more", () => {
  const exit = { code: 3, oomKilled: false }

  it.effect("ends as the record says", () =>
    Effect.gen(function* () {
      const found = yield* exitAfter({ status: "exited", exit, startedAt: 1, finishedAt: 2 })
      expect(found).toMatchObject({ right: exit })
    })
  )

  it.effect("ends as killed once the supervisor, which falls silent before it ends, is gone", () =>
    Effect.gen(function* () {
      const found = yield* exitAfter(running, running, { status: "lost", startedAt: 1 })
      expect(found).toMatchObject({ right: lostExit })
    })
  )

  it.effect("ends as killed where nothing was written down yet", () =>
    Effect.gen(function* () {
      expect(yield* exitAfter({ status: "created" })).toMatchObject({ right: lostExit })
    })
  )

  it.effect("fails where the supervisor goes on without it", () =>
    Effect.gen(function* () {
      const found = yield* exitAfter(running)
      expect(found).toMatchObject({ left: { _tag: "IsolationRefused", stage: "wait for the container" } })
    })
  )
})
