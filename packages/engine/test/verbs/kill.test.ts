import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { meansEnd } from "../../src/verbs/kill.ts"
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
