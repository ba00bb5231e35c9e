import { appendFileSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { describe, expect, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Option, Queue, Stream, TestClock } from "effect"
import { type LogLine, type LogQuery, logs } from "../../src/containers/Logs.ts"
import { directoryOf } from "../../src/containers/directory-of.ts"
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

  it.scoped("are read as they are asked for, however many there are", () =>
    Effect.gen(function* () {
      const { write } = yield* logOf({ maxBytes: 1e8 })
      write("a line\n".repeat(50_000))
      let seen = 0
      const matches = () => {
        seen++
        return true
      }
      const first = yield* Stream.runHead(logs(id, { ...everything, matches }))
      expect(Option.map(first, (line) => new TextDecoder().decode(line.bytes))).toEqual(Option.some("a line\n"))
      expect(seen).toBeLessThan(10_000)
    }).pipe(Effect.provide(world))
  )

  it.scoped("are those that were there, when somebody writes as fast as they are read", () =>
    Effect.gen(function* () {
      const { write } = yield* logOf({ maxBytes: 1e8 })
      write("before\n".repeat(1000))
      const matches = () => {
        write("meanwhile\n".repeat(10))
        return true
      }
      // At most what came while the last piece of those was read.
      expect((yield* read({ matches })).length).toBeLessThan(10_000)
    }).pipe(Effect.provide(world))
  )

  it.scoped("are only those that match, without regard to the end of a line, and the tail is counted among those", () =>
    Effect.gen(function* () {
      const { write } = yield* logOf()
      write("a1\nb\na2\r\na3")
      write("\n")
      const matches = (text: string) => /^a\d$/.test(text)
      expect(texts(yield* read({ matches }))).toEqual(["a1\n", "a2\r\n", "a3\n"])
      expect(texts(yield* read({ matches, tail: 1 }))).toEqual(["a3\n"])
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

/** A running container, with a reader that follows its log. */
const followed = (
  query: Partial<LogQuery> = {},
  limits: { readonly files?: number; readonly maxBytes?: number } = {}
) =>
  Effect.gen(function* () {
    const { spec } = recordOf(id, "followed")
    const runtime = yield* Runtime
    const { root } = yield* (yield* LayerStore).prepare({ id, parents: [], keep: true })
    yield* runtime.start(
      { ...spec, root, process: { ...spec.process, argv: ["sleep", "1"] } },
      {
        stdin: false,
        stdinOnce: false,
        log: { driver: "none", maxBytes: 1, files: 1 },
        ports: [],
        cleanup: [],
        restart: { policy: "no", most: 0 },
        stop: { signal: 15, grace: 10_000 },
        claimed: false
      }
    )
    const seen = yield* Queue.unbounded<string>()
    return {
      ...(yield* logOf(limits)),
      begin: Effect.forkScoped(
        Stream.runForEach(logs(id, { ...everything, follow: true, ...query }), (line) =>
          Queue.offer(seen, new TextDecoder().decode(line.bytes))
        )
      ),
      /** The next so many lines, as soon as they are there. */
      take: (count: number) => Effect.map(Queue.takeN(seen, count), Chunk.toReadonlyArray),
      rest: Effect.map(Queue.takeAll(seen), Chunk.toReadonlyArray),
      isEmpty: Queue.isEmpty(seen),
      end: Effect.orDie(runtime.signal(id, 15))
    }
  })

describe("following logs", () => {
  it.scoped("shows what was written before, then what is written, and ends with the container", () =>
    Effect.gen(function* () {
      const { begin, end, rest, take, write } = yield* followed()
      write("before\n")
      const reader = yield* begin
      expect(yield* take(1)).toEqual(["before\n"])
      write("after\n")
      expect(yield* take(1)).toEqual(["after\n"])
      yield* end
      yield* Fiber.join(reader)
      expect(yield* rest).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("misses nothing that was written before the container ended", () =>
    Effect.gen(function* () {
      const { begin, end, rest, take, write } = yield* followed()
      write("first\n")
      const reader = yield* begin
      yield* take(1)
      for (let number = 0; number < 500; number++) write(`${number}\n`)
      yield* end
      yield* Fiber.join(reader)
      expect(yield* rest).toEqual(Array.from({ length: 500 }, (_, number) => `${number}\n`))
    }).pipe(Effect.provide(world))
  )

  it.scoped("ends at the instant until which lines are wanted, though the container goes on", () =>
    Effect.gen(function* () {
      const past = yield* followed({ until: 0n })
      yield* Fiber.join(yield* past.begin)
      yield* past.end
    }).pipe(Effect.provide(world))
  )

  it.scoped("ends at such an instant that is to come, and not before", () =>
    Effect.gen(function* () {
      const { begin, end } = yield* followed({ until: second / 2n })
      const reader = yield* begin
      yield* TestClock.adjust("499 millis")
      expect(yield* Fiber.poll(reader)).toEqual(Option.none())
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(reader)
      yield* end
    }).pipe(Effect.provide(world))
  )

  it.scoped("shows only what comes from now on, when no line before is wanted", () =>
    Effect.gen(function* () {
      const { begin, end, isEmpty, take, write } = yield* followed({ tail: 0 })
      write("skipped\n")
      const reader = yield* begin
      // Nobody tells when the reader has looked: it is offered lines until it shows one.
      while (yield* isEmpty) {
        write("shown\n")
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      }
      expect(yield* take(1)).toEqual(["shown\n"])
      yield* end
      yield* Fiber.join(reader)
    }).pipe(Effect.provide(world))
  )

  it.scoped("goes from file to file, however many began since it looked last", () =>
    Effect.gen(function* () {
      const { begin, end, rest, take, write } = yield* followed({}, { files: 5, maxBytes: 100 })
      write("0\n")
      const reader = yield* begin
      yield* take(1)
      for (const number of [1, 2, 3, 4]) write(`${number}\n`)
      yield* end
      yield* Fiber.join(reader)
      expect(yield* rest).toEqual(["1\n", "2\n", "3\n", "4\n"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("goes on with what is left when a file went before it was read", () =>
    Effect.gen(function* () {
      const { begin, end, rest, take, write } = yield* followed({}, { files: 2, maxBytes: 100 })
      write("0\n")
      const reader = yield* begin
      yield* take(1)
      for (const number of [1, 2, 3, 4]) write(`${number}\n`)
      yield* end
      yield* Fiber.join(reader)
      expect(yield* rest).toEqual(["3\n", "4\n"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("begins again at the beginning of a file that was emptied", () =>
    Effect.gen(function* () {
      const { begin, end, rest, take, write } = yield* followed({}, { files: 1, maxBytes: 100 })
      write("a rather long line to begin with, longer than what comes later\n")
      const reader = yield* begin
      yield* take(1)
      write("short\n")
      yield* end
      yield* Fiber.join(reader)
      expect(yield* rest).toEqual(["short\n"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("ends at once for a container that does not run", () =>
    Effect.gen(function* () {
      const { begin, end, rest, write } = yield* followed()
      write("all\n")
      yield* end
      yield* Fiber.join(yield* begin)
      expect(yield* rest).toEqual(["all\n"])
    }).pipe(Effect.provide(world))
  )
})
