import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Settings } from "@gantry/core/Settings"
import { describe, expect, it } from "@effect/vitest"
import { Chunk, Clock, Effect, Stream, TestClock, TestContext } from "effect"
import { autopsiesOf, keptFor } from "../../src/autopsies/Autopsy.ts"
import { findKeptLog, keepLog, mostLogs } from "../../src/autopsies/kept-logs.ts"
import { directoryOf } from "../../src/containers/directory-of.ts"
import { mergedLogs } from "../../src/containers/merged-logs.ts"
import { openLog } from "../../src/supervisor/log.ts"
import { recordOf } from "../records.ts"
import { world } from "../world.ts"

/** Keeps the log of a container that has written some lines. */
const removed = (id: string, name: string, lines: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { root } = yield* Settings
    const record = recordOf(id, name)
    const directory = directoryOf(root, record.id)
    mkdirSync(directory, { recursive: true })
    const log = openLog(directory, { files: 3, maxBytes: 100 }, () => new Date(0))
    for (const line of lines) log.append("stdout", new TextEncoder().encode(`${line}\n`))
    log.end()
    keepLog(root, record, directory, yield* Clock.currentTimeMillis)
    return { record, directory }
  })

/** What is told of a name. */
const told = (name: string) =>
  Effect.gen(function* () {
    const kept = yield* findKeptLog(name)
    if (kept === undefined) return undefined
    const lines = yield* Stream.runCollect(
      mergedLogs([{ id: kept.record.id, keptLog: kept.directory }], { tail: "all", follow: true })
    )
    return Chunk.toReadonlyArray(lines).map(([, line]) => new TextDecoder().decode(line.bytes).trimEnd())
  })

describe("logs of removed containers", () => {
  it.scoped("are found by name and by ID, all files of them, and end even when they are followed", () =>
    Effect.gen(function* () {
      const { directory } = yield* removed("12", "web", ["one", "two", "three"])
      appendFileSync(join(directory, "log.json"), `{"stream":"stdout","time":"1970-01-01T00:00:00Z","log":"four"}\n`)
      expect(yield* told("web")).toEqual(["one", "two", "three", "four"])
      expect(yield* told("12")).toHaveLength(4)
      expect(yield* told("we")).toBeUndefined()
    }).pipe(Effect.provide(world))
  )

  it.scoped("are those of the last container of that name, for a day, and only so many", () =>
    Effect.gen(function* () {
      yield* removed("1", "web", ["old"])
      yield* TestClock.adjust(1000)
      yield* removed("2", "web", ["new"])
      expect(yield* told("web")).toEqual(["new"])
      for (let number = 0; number < mostLogs - 1; number++) {
        yield* TestClock.adjust(1000)
        yield* removed(`${number + 30}`, `c${number}`, ["x"])
      }
      expect(yield* told("1")).toBeUndefined()
      expect(yield* told("web")).toEqual(["new"])
      yield* TestClock.adjust(keptFor + 1000)
      expect(yield* told("c1")).toBeUndefined()
      yield* removed("4", "last", ["y"])
      expect(readdirSync(autopsiesOf((yield* Settings).root)).length).toBe(1)
    }).pipe(Effect.provide(world), Effect.provide(TestContext.TestContext))
  )

  it.scoped("are not kept of one that wrote nothing, and leave out one that was damaged", () =>
    Effect.gen(function* () {
      const { root } = yield* Settings
      yield* removed("1", "mute", [])
      expect(existsSync(autopsiesOf(root))).toBe(false)
      yield* removed("2", "web", ["one"])
      expect(yield* told("/web")).toEqual(["one"])
      expect(yield* told("")).toBeUndefined()
      const kept = yield* findKeptLog("web")
      writeFileSync(join(kept?.directory ?? "", "record.json"), "{")
      expect(yield* told("web")).toBeUndefined()
    }).pipe(Effect.provide(world))
  )
})
