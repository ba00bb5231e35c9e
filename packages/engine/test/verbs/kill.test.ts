import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { NotRunning } from "@gantry/core/runtime/RuntimeError"
import { kill, meansEnd } from "../../src/verbs/kill.ts"
import { world } from "../world.ts"
import { box, create, forever } from "./play.ts"

const hangUp = 1
const quit = 3

describe("a signal from the user means the end of a container", () => {
  it.effect("always when no other signal was said to mean it", () =>
    Effect.gen(function* () {
      yield* box
      const { options } = yield* create({ ...forever, restart: { policy: "always", most: 0 } })
      expect([hangUp, 15, 9].map((signal) => meansEnd(options, signal))).toEqual([true, true, true])
    }).pipe(Effect.provide(world))
  )

  it.effect("when it is the one that was said, or SIGKILL, and no other", () =>
    Effect.gen(function* () {
      yield* box
      const { options } = yield* create({ ...forever, stopSignal: "QUIT", restart: { policy: "on-failure", most: 3 } })
      expect([quit, 9, hangUp, 15].map((signal) => meansEnd(options, signal))).toEqual([true, true, false, false])
    }).pipe(Effect.provide(world))
  )

  it.effect("whatever it is when the container is to run unless it was stopped", () =>
    Effect.gen(function* () {
      yield* box
      const { options } = yield* create({
        ...forever,
        stopSignal: "QUIT",
        restart: { policy: "unless-stopped", most: 0 }
      })
      expect(meansEnd(options, hangUp)).toBe(true)
    }).pipe(Effect.provide(world))
  )
})

describe("a signal", () => {
  it.effect("was sent also when the container ends of it before it can be let go on", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create(forever)
      const runtime = yield* Runtime
      const sent: Array<number> = []
      const ending = {
        ...runtime,
        signal: (_: string, signal: number) => Effect.sync(() => void sent.push(signal)),
        state: () => Effect.succeed({ status: "running", startedAt: 0, paused: true, pid: 1 } as const),
        resume: (id: string) => Effect.fail(new NotRunning({ container: id }))
      }
      yield* Effect.provideService(kill(record, hangUp), Runtime, ending)
      expect(sent).toEqual([hangUp])
    }).pipe(Effect.provide(world))
  )
})
