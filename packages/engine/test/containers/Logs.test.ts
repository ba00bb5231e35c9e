import { appendFileSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { describe, expect, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Queue, Stream } from "effect"
import { Containers } from "../../src/containers/Containers.ts"
import { type LogLine, type LogQuery, logs } from "../../src/containers/Logs.ts"
import { directoryOf } from "../../src/containers/settle.ts"
import { openLog } from "../../src/supervisor/log.ts"
import { recordOf } from "../records.ts"
import { world } from "../world.ts"

const id = "a".repeat(64)
const everything: LogQuery = { tail: "all", follow: false }
const texts = (lines: Iterable<LogLine>) => [...lines].map(({ bytes }) => new TextDecoder().decode(bytes))
const bytes = (text: string) => new TextEncoder().encode(text)

/** A log as the supervisor writes it: one second passes with each call of `write`. */
const logOf = ({ files = 3, maxBytes = 1_000_000 } = {}) =>
  Effect.gen(function* () {
    const directory = directoryOf((yield* Settings).root, id)
    mkdirSync(directory, { recursive: true })
    let seconds = 0
    const log = openLog(directory, { files, maxBytes }, () => new Date(seconds * 1000))
    const write = (text: string, stream: "stdout" | "stderr" = "stdout") => {
      seconds++
      log.append(stream, bytes(text))
    }
    return { directory, log, write }
  })

const read = (query: Partial<LogQuery> = {}) =>
  Effect.map(Stream.runCollect(logs(id, { ...everything, ...query })), Chunk.toReadonlyArray)

const second = 1_000_000_000n

describe("logs", () => {
  it.scoped("gives back what was written, in order, byte for byte", () =>
    Effect.gen(function* () {
      const { log, write } = yield* logOf()
      write("one\ntwo\n")
      write("oops\n", "stderr")
      log.append("stdout", Uint8Array.of(0xff, 0x00, 0x0a))
      log.append("stdout", bytes("no end"))
      log.end()
      const lines = yield* read()
      expect(lines.map(({ stream }) => stream)).toEqual(["stdout", "stdout", "stderr", "stdout", "stdout"])
      expect(texts(lines.slice(0, 3))).toEqual(["one\n", "two\n", "oops\n"])
      expect(lines[3]?.bytes).toEqual(Uint8Array.of(0xff, 0x00, 0x0a))
      expect(texts(lines.slice(4))).toEqual(["no end"])
      expect(lines[0]?.time).toBe("1970-01-01T00:00:01.000Z")
    }).pipe(Effect.provide(world))
  )

  it.scoped("are empty for a container that has written nothing, or never started", () =>
    Effect.gen(function* () {
      expect(yield* read()).toEqual([])
      expect(yield* read({ follow: true })).toEqual([])
      yield* logOf()
      expect(yield* read()).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("begin so many lines before the end", () =>
    Effect.gen(function* () {
      const { write } = yield* logOf()
      write("1\n2\n3\n")
      expect(texts(yield* read({ tail: 2 }))).toEqual(["2\n", "3\n"])
      expect(texts(yield* read({ tail: 0 }))).toEqual([])
      expect(texts(yield* read({ tail: 99 }))).toEqual(["1\n", "2\n", "3\n"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("lie between two instants, both included, and the tail is counted among those", () =>
    Effect.gen(function* () {
      const { write } = yield* logOf()
      for (const text of ["1", "2", "3", "4"]) write(`${text}\n`)
      expect(texts(yield* read({ since: 2n * second, until: 3n * second }))).toEqual(["2\n", "3\n"])
      expect(texts(yield* read({ since: 2n * second + 1n }))).toEqual(["3\n", "4\n"])
      expect(texts(yield* read({ until: 2n * second - 1n }))).toEqual(["1\n"])
      expect(texts(yield* read({ until: 3n * second, tail: 1 }))).toEqual(["3\n"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("go through all files that are left, the oldest first", () =>
    Effect.gen(function* () {
      const { directory, write } = yield* logOf({ files: 3, maxBytes: 100 })
      for (let number = 1; number <= 7; number++) write(`${number}\n`)
      const lines = texts(yield* read())
      // A record has more than half of the limit, so each file holds one.
      expect(lines).toEqual(["5\n", "6\n", "7\n"])
      expect(texts(yield* read({ tail: 2 }))).toEqual(["6\n", "7\n"])
      expect(directory).toContain(id)
    }).pipe(Effect.provide(world))
  )

  it.scoped("leave out what a killed supervisor has half written, and show all before it", () =>
    Effect.gen(function* () {
      const { directory, write } = yield* logOf()
      write("whole\n")
      appendFileSync(join(directory, "log.json"), '{"log":"hal')
      expect(texts(yield* read())).toEqual(["whole\n"])
      appendFileSync(join(directory, "log.json"), "\nnull\n[]\n5\n")
      expect(texts(yield* read())).toEqual(["whole\n"])
    }).pipe(Effect.provide(world))
  )
})

/** A container that runs until it is ended, with a reader that follows its log. */
const followed = (query: Partial<LogQuery> = {}, limits: { readonly files?: number; readonly maxBytes?: number } = {}) =>
  Effect.gen(function* () {
    const { spec } = recordOf("a", "followed")
    const runtime = yield* Runtime
    const world_ = yield* logOf(limits)
    yield* (yield* Containers).add(recordOf("a", "followed"))
    const seen = yield* Queue.unbounded<string>()
    return {
      ...world_,
      begin: Effect.forkScoped(
        Stream.runForEach(logs(id, { ...everything, follow: true, ...query }), (line) =>
          Queue.offer(seen, new TextDecoder().decode(line.bytes))
        )
      ),
      /** The next so many lines, as soon as they are there. */
      take: (count: number) => Effect.map(Queue.takeN(seen, count), Chunk.toReadonlyArray),
      rest: Effect.map(Queue.takeAll(seen), Chunk.toReadonlyArray),
      start: runtime.start(
        { ...spec, id, root: { type: "opaque", store: "memory", id: "tree" }, process: { ...spec.process, argv: ["sleep", "1"] } },
        { stdin: false, stdinOnce: false, log: { driver: "none", maxBytes: 1, files: 1 }, ports: [], cleanup: [], claimed: false }
      ),
      end: runtime.signal(id, 15)
    }
  })
