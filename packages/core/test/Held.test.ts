import { describe, expect, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, HashMap, Logger, TestClock } from "effect"
import * as Held from "../src/Held.ts"

/** Runs with a list of all that was logged, the annotations joined to each message. */
const listening = <A, E, R>(work: (lines: ReadonlyArray<string>) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const lines: Array<string> = []
    const logger = Logger.make(({ annotations, message }) => {
      lines.push([message, ...HashMap.toEntries(annotations)].flat(2).join(" "))
    })
    return Effect.provide(work(lines), Logger.replace(Logger.defaultLogger, logger))
  })

const named = { acquire: Effect.succeed("handle"), describe: (handle: string) => `resource ${handle}` }

describe("a held resource", () => {
  it.effect("is there while the scope is open, and released with its handle after", () =>
    Effect.gen(function* () {
      const released: Array<string> = []
      const release = (handle: string) => Effect.sync(() => void released.push(handle))
      const inside = yield* Effect.scoped(
        Effect.map(Held.scoped({ ...named, release }), (handle) => [handle, [...released]])
      )
      expect(inside).toEqual(["handle", []])
      expect(released).toEqual(["handle"])
    })
  )

  it.effect("that is never released holds nobody up for more than five seconds, and is logged by name", () =>
    listening((lines) =>
      Effect.gen(function* () {
        const using = yield* Effect.fork(Effect.scoped(Held.scoped({ ...named, release: () => Effect.never })))
        yield* TestClock.adjust("4999 millis")
        expect(yield* Fiber.poll(using)).toMatchObject({ _tag: "None" })
        yield* TestClock.adjust("1 millis")
        expect(yield* Fiber.join(using)).toBe("handle")
        expect(lines).toEqual([expect.stringContaining("left behind")])
        expect(lines[0]).toContain("resource handle")
      })
    )
  )

  it.effect("that cannot be released does not fail the program", () =>
    listening((lines) =>
      Effect.gen(function* () {
        const failing = Effect.scoped(Held.scoped({ ...named, release: () => Effect.fail("no") }))
        const dying = Effect.scoped(Held.scoped({ ...named, release: () => Effect.die("never") }))
        expect(yield* failing).toBe("handle")
        expect(yield* dying).toBe("handle")
        expect(lines).toHaveLength(2)
      })
    )
  )

  it.effect("is released when its user fails or is interrupted", () =>
    Effect.gen(function* () {
      let released = 0
      const held = Held.scoped({ ...named, release: () => Effect.sync(() => void released++) })
      expect(Exit.isFailure(yield* Effect.exit(Effect.scoped(Effect.zipRight(held, Effect.fail("no")))))).toBe(true)
      expect(released).toBe(1)
      const started = yield* Deferred.make<void>()
      const using = yield* Effect.fork(
        Effect.scoped(held.pipe(Effect.zipRight(Deferred.succeed(started, undefined)), Effect.zipRight(Effect.never)))
      )
      yield* Deferred.await(started)
      yield* Fiber.interrupt(using)
      expect(released).toBe(2)
    })
  )

  it.effect("that could not be had is not released", () =>
    Effect.gen(function* () {
      let released = 0
      const release = () => Effect.sync(() => void released++)
      const failed = yield* Effect.flip(Effect.scoped(Held.scoped({ ...named, acquire: Effect.fail("busy"), release })))
      expect(failed).toBe("busy")
      expect(released).toBe(0)
    })
  )
})
