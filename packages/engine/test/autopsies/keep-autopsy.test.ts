import { mkdirSync } from "node:fs"
import type { ContainerState } from "@gantry/core/runtime/ContainerState"
import { Settings } from "@gantry/core/Settings"
import { describe, expect, it } from "@effect/vitest"
import { Effect, TestClock, TestContext } from "effect"
import { allAutopsies, findAutopsy, keptFor, mostKept } from "../../src/autopsies/Autopsy.ts"
import { keepAutopsy } from "../../src/autopsies/keep-autopsy.ts"
import { directoryOf } from "../../src/containers/directory-of.ts"
import { bytesOf, openLog } from "../../src/supervisor/log.ts"
import { recordOf } from "../records.ts"
import { world } from "../world.ts"

const ended = (code: number, more: object = {}): ContainerState => ({
  status: "exited",
  exit: { code, oomKilled: false },
  startedAt: 0,
  finishedAt: 1,
  ...more
})
const names = Effect.map(allAutopsies, (all) => all.map(({ record }) => record.name))

describe("autopsies", () => {
  it.scoped("are kept of containers that failed, and not of those that did well or were stopped", () =>
    Effect.gen(function* () {
      yield* keepAutopsy(recordOf("1", "well"), ended(0))
      yield* keepAutopsy(recordOf("2", "stopped"), ended(143, { stoodDown: true }))
      yield* keepAutopsy(recordOf("3", "new"), { status: "created" })
      expect(yield* names).toEqual([])
      yield* keepAutopsy(recordOf("4", "failed"), ended(3))
      yield* keepAutopsy(recordOf("5", "lost"), { status: "lost", startedAt: 0 })
      yield* keepAutopsy(recordOf("6", "starved"), ended(0, { exit: { code: 0, oomKilled: true } }))
      expect((yield* names).toSorted()).toEqual(["failed", "lost", "starved"])
      expect((yield* findAutopsy("failed")).state).toEqual(ended(3))
      expect((yield* findAutopsy("50")).record.name).toBe("lost")
      expect((yield* Effect.flip(findAutopsy("well"))).message).toBe("no autopsy of well")
      expect((yield* findAutopsy("/failed")).record.name).toBe("failed")
      expect((yield* Effect.flip(findAutopsy(""))).message).toBe("no autopsy of ")
    }).pipe(Effect.provide(world))
  )

  it.scoped("have the end of the log, byte for byte, and no more than fits", () =>
    Effect.gen(function* () {
      const record = recordOf("1", "wordy")
      const directory = directoryOf((yield* Settings).root, record.id)
      mkdirSync(directory, { recursive: true })
      const log = openLog(directory, { files: 1, maxBytes: 1e9 }, () => new Date(0))
      for (let line = 0; line < 400; line++) log.append("stdout", new TextEncoder().encode(`${"x".repeat(999)}\n`))
      log.append("stderr", Uint8Array.of(0xff, 0x0a))
      log.end()
      yield* keepAutopsy(record, ended(1))
      const kept = (yield* findAutopsy(undefined)).log
      expect(kept.length).toBe(263)
      expect(kept.at(-1)).toMatchObject({ stream: "stderr" })
      expect(kept.slice(-1).map(bytesOf)).toEqual([Uint8Array.of(0xff, 0x0a)])
    }).pipe(Effect.provide(world))
  )

  it.scoped("are kept for a day, and only so many", () =>
    Effect.gen(function* () {
      for (let number = 0; number < mostKept + 3; number++) {
        yield* TestClock.adjust(1000)
        yield* keepAutopsy(recordOf(`${number}`, `c${number}`), ended(1))
      }
      expect(yield* names).toEqual(Array.from({ length: mostKept }, (_, index) => `c${mostKept + 2 - index}`))
      yield* TestClock.adjust(keptFor - 1000)
      expect(yield* names).toEqual([`c${mostKept + 2}`, `c${mostKept + 1}`])
      yield* TestClock.adjust(2000)
      expect(yield* names).toEqual([])
    }).pipe(Effect.provide(world), Effect.provide(TestContext.TestContext))
  )
})
