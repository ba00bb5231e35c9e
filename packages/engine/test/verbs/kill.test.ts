import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { NotRunning } from "@gantry/core/runtime/RuntimeError"
import { Journal } from "../../src/events/Journal.ts"
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
  it.effect("is refused, and not told of, when the container does not run", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, name: "web" })
      const told: Array<string> = []
      const journal = { record: ({ action }: { readonly action: string }) => Effect.sync(() => void told.push(action)) }
      const failure = yield* Effect.flip(Effect.provideService(kill(record, hangUp), Journal, journal))
      expect(failure).toMatchObject({ _tag: "WrongState", container: "web", why: "container is not running" })
      expect(told).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.effect("ends a container that is between two lives, where there is nothing to send it to", () =>
    Effect.gen(function* () {
      yield* box
      const record = yield* create({ ...forever, restart: { policy: "always", most: 0 } })
      const runtime = yield* Runtime
      const asked: Array<string> = []
      const between = {
        ...runtime,
        state: () =>
          Effect.succeed({
            status: "restarting",
            exit: { code: 1, oomKilled: false },
            finishedAt: 0,
            restarts: 1
          } as const),
        signal: (id: string) => new NotRunning({ container: id }),
        standDown: (id: string) =>
          Effect.as(
            Effect.sync(() => asked.push(id)),
            false
          )
      }
      yield* Effect.provideService(kill(record, hangUp), Runtime, between)
      expect(asked).toEqual([record.id])
    }).pipe(Effect.provide(world))
  )

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
