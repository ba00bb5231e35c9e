import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { bytesOf, longestRecord, makeSplitter, openLog } from "../../src/supervisor/log.ts"

const joined = (pieces: ReadonlyArray<Uint8Array>) => Buffer.concat(pieces)

/** Text with newlines in it, and bytes that are no text. */
const piece = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => new TextEncoder().encode(`${text}\n`)),
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: longestRecord - 2, max: longestRecord + 2 }).map((length) => new Uint8Array(length).fill(97))
)

describe("the lines of a log", () => {
  it("are, put together, what was written, however it was cut", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const splitter = makeSplitter()
        const records = [...pieces.flatMap(splitter.push), ...splitter.end()]
        expect(joined(records).equals(joined(pieces))).toBe(true)
      })
    )
  })

  it("do not depend on how the writing was cut", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), fc.nat(), (pieces, at) => {
        const whole = joined(pieces)
        const cut = whole.length === 0 ? 0 : at % whole.length
        const once = makeSplitter()
        const twice = makeSplitter()
        expect([...twice.push(whole.subarray(0, cut)), ...twice.push(whole.subarray(cut)), ...twice.end()]).toEqual([
          ...once.push(whole),
          ...once.end()
        ])
      })
    )
  })

  it("end at a newline or at 16 KiB, and hold no newline before that", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const splitter = makeSplitter()
        for (const record of pieces.flatMap(splitter.push)) {
          const first = record.indexOf(10)
          expect(first === record.length - 1 || (first === -1 && record.length === longestRecord)).toBe(true)
        }
      })
    )
  })
})

describe("a log on disk", () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "gantry-log-"))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  const now = () => new Date(0)
  const records = (name: string) =>
    readFileSync(join(directory, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))

  it("gives back every byte of both streams, also what is not UTF-8", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("stdout" as const, "stderr" as const), piece), { maxLength: 5 }),
        (writes) => {
          rmSync(join(directory, "log.json"), { force: true })
          const log = openLog(directory, { maxBytes: 1 << 30, files: 1 }, now)
          for (const [stream, bytes] of writes) log.append(stream, bytes)
          log.end()
          for (const stream of ["stdout", "stderr"]) {
            const kept = records("log.json").filter((record) => record.stream === stream)
            const written = writes.filter(([name]) => name === stream).map(([, bytes]) => bytes)
            expect(joined(kept.map(bytesOf)).equals(joined(written))).toBe(true)
          }
        }
      ),
      { numRuns: 40 }
    )
  })

  it("begins a new file before one grows too long, and keeps the newest", () => {
    const log = openLog(directory, { maxBytes: 200, files: 3 }, now)
    for (let number = 0; number < 20; number++) log.append("stdout", new TextEncoder().encode(`line ${number}\n`))
    log.end()
    const lines = ["log.json.2", "log.json.1", "log.json"].flatMap(records).map(({ log: text }) => text)
    expect(lines.at(-1)).toBe("line 19\n")
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => `line ${20 - lines.length + index}\n`))
    expect(existsSync(join(directory, "log.json.3"))).toBe(false)
    for (const name of ["log.json", "log.json.1", "log.json.2"]) {
      expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(200)
    }
  })

  it("goes on where an earlier start of the container stopped", () => {
    for (const text of ["first\n", "second\n"]) {
      const log = openLog(directory, { maxBytes: 1 << 20, files: 1 }, now)
      log.append("stdout", new TextEncoder().encode(text))
      log.end()
    }
    expect(records("log.json").map(({ log }) => log)).toEqual(["first\n", "second\n"])
  })

  it("begins on a line of its own after half a record", () => {
    writeFileSync(join(directory, "log.json"), '{"log":"torn')
    const log = openLog(directory, { maxBytes: 1 << 20, files: 1 }, now)
    log.append("stdout", new TextEncoder().encode("whole\n"))
    log.end()
    const lines = readFileSync(join(directory, "log.json"), "utf8").split("\n")
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ log: "whole\n" })
  })

  it("goes on in a file that has grown too long where there is no room for a new one", () => {
    const log = openLog(directory, { maxBytes: 100, files: 2 }, now)
    // No file can be begun and none can be moved away.
    for (const name of ["log.json.1", "log.json.next"]) mkdirSync(join(directory, name, "full"), { recursive: true })
    for (const text of ["first\n", "second\n", "third\n"]) log.append("stdout", new TextEncoder().encode(text))
    log.end()
    expect(records("log.json").map(({ log: text }) => text)).toEqual(["first\n", "second\n", "third\n"])
  })

  it("loses lines and nothing else when the disk is full", () => {
    symlinkSync("/dev/full", join(directory, "log.json"))
    const log = openLog(directory, { maxBytes: 1 << 20, files: 2 }, now)
    expect(() => log.append("stdout", new TextEncoder().encode("lost\n"))).not.toThrow()
    expect(() => log.end()).not.toThrow()
  })
})
