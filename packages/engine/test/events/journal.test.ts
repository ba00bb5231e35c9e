import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { appendEvent } from "../../src/events/append-event.ts"
import { fileOf, filesIn } from "../../src/events/journal-files.ts"
import { decodeLine, encodeLine, longestLine } from "../../src/events/journal-line.ts"
import type { JournalEvent } from "../../src/events/JournalEvent.ts"
import { openJournal } from "../../src/events/read-journal.ts"

let directory = ""
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "gantry-journal-")), "events")
})
afterEach(() => rmSync(join(directory, ".."), { recursive: true, force: true }))

/** Texts with all that could break a line: line breaks, quotes, half characters, control characters. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("\n", "\r\n", '"', "}\n{", "\u2028", "")
)

const event: fc.Arbitrary<JournalEvent> = fc.record({
  at: fc.nat(),
  type: fc.constantFrom("builder", "container", "image", "network", "volume"),
  action: text,
  id: text,
  attributes: fc.dictionary(
    text.filter((name) => name !== "__proto__"),
    text,
    { maxKeys: 4, noNullPrototype: true }
  )
})

const plain = (name: string): JournalEvent => ({ at: 1, type: "container", action: "start", id: name, attributes: {} })

describe("a record of the journal", () => {
  it("reads back as the event it is", () => {
    fc.assert(
      fc.property(event, (each) => {
        const line = Buffer.from(encodeLine(each)).toString()
        expect(line.trim().split("\n")).toHaveLength(1)
        expect(decodeLine(line.trim())).toEqual(each)
      })
    )
  })

  it("is nothing when any of its end is missing", () => {
    fc.assert(
      fc.property(event, fc.nat(), (each, at) => {
        const line = Buffer.from(encodeLine(each)).toString().trim()
        expect(decodeLine(line.slice(0, at % line.length))).toBeUndefined()
      })
    )
  })

  it("is never longer than its limit, whatever labels an image has, and still says what it is about", () => {
    const huge = { ...plain("id"), attributes: { name: "site", exitCode: "3", label: "x".repeat(longestLine) } }
    const line = encodeLine(huge)
    expect(line.length).toBeLessThanOrEqual(longestLine)
    expect(decodeLine(Buffer.from(line).toString().trim())?.attributes).toEqual({ name: "site", exitCode: "3" })
    const command = encodeLine({ ...plain("id"), action: `exec_start: ${"\u0000".repeat(longestLine)}` })
    expect(command.length).toBeLessThanOrEqual(longestLine)
  })

  it("is not made of JSON that has another shape", () => {
    for (const other of ["{}", "[]", "1", '{"at":1,"type":"x","action":"a","id":"i","attributes":{}}'])
      expect(decodeLine(other)).toBeUndefined()
    expect(decodeLine('{"at":1,"type":"image","action":"a","id":"i","attributes":{"name":1}}')).toBeUndefined()
  })
})

describe("the journal", () => {
  it("gives every whole event once and in order, whoever was killed while writing, and whenever it is read", () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: event.map((each) => ({ does: "append" as const, event: each })) },
      fc.tuple(event, fc.nat()).map(([each, cut]) => ({ does: "tear" as const, event: each, cut })),
      fc.constant({ does: "read" as const })
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        rmSync(directory, { recursive: true, force: true })
        mkdirSync(join(directory, ".."), { recursive: true })
        const limits = { maxBytes: 400, files: 1000 }
        const follower = openJournal(directory, "end")
        const followed: Array<JournalEvent> = []
        const whole: Array<JournalEvent> = []
        for (const each of steps) {
          if (each.does === "read") followed.push(...follower.next())
          if (each.does === "append") {
            appendEvent(directory, each.event, limits)
            whole.push(each.event)
          }
          if (each.does === "tear") {
            const bytes = encodeLine(each.event)
            mkdirSync(directory, { recursive: true })
            // All but the closing brace at most: what has it is whole.
            const part = bytes.subarray(0, each.cut % (bytes.length - 2))
            appendFileSync(fileOf(directory, filesIn(directory).at(-1) ?? 1), part)
          }
        }
        followed.push(...follower.next())
        expect(followed).toEqual(whole)
        expect(openJournal(directory, "beginning").next()).toEqual(whole)
      }),
      { numRuns: 60 }
    )
  })

  it("holds the newest events in a bounded number of files of bounded size", () => {
    mkdirSync(directory, { recursive: true })
    const limits = { maxBytes: 1000, files: 3 }
    const length = encodeLine(plain("0000")).length
    for (let count = 0; count < 200; count++) {
      appendEvent(directory, plain(String(count).padStart(4, "0")), limits)
      const sizes = readdirSync(directory).map((name) => statSync(join(directory, name)).size)
      expect(sizes.length).toBeLessThanOrEqual(limits.files)
      expect(Math.max(...sizes)).toBeLessThan(limits.maxBytes + length)
    }
    const kept = openJournal(directory, "beginning")
      .next()
      .map(({ id }) => Number(id))
    expect(kept.at(-1)).toBe(199)
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 200 - kept.length + index))
    expect(kept.length).toBeGreaterThan(20)
  })

  it("has what is written late into a file behind which the next one was begun", () => {
    mkdirSync(directory, { recursive: true })
    const reader = openJournal(directory, "beginning")
    appendFileSync(fileOf(directory, 1), encodeLine(plain("first")))
    appendFileSync(fileOf(directory, 2), encodeLine(plain("second")))
    expect(reader.next().map(({ id }) => id)).toEqual(["first", "second"])
    appendFileSync(fileOf(directory, 1), encodeLine(plain("late")))
    expect(reader.next().map(({ id }) => id)).toEqual(["late"])
  })

  it("waits for the end of a record that somebody is writing", () => {
    mkdirSync(directory, { recursive: true })
    const reader = openJournal(directory, "beginning")
    const bytes = encodeLine({ ...plain("x"), attributes: { name: "größer" } })
    for (const byte of bytes.subarray(0, -1)) {
      appendFileSync(fileOf(directory, 1), Uint8Array.of(byte))
      expect(reader.next()).toEqual([])
    }
    appendFileSync(fileOf(directory, 1), bytes.subarray(-1))
    expect(reader.next().map(({ attributes }) => attributes["name"])).toEqual(["größer"])
  })

  it("is not made where there is no engine, and fails nobody who cannot write it", () => {
    rmSync(join(directory, ".."), { recursive: true })
    appendEvent(directory, plain("x"))
    expect(filesIn(directory)).toEqual([])
    mkdirSync(join(directory, ".."))
    appendFileSync(directory, "in the way")
    appendEvent(directory, plain("x"))
    expect(readFileSync(directory, "utf8")).toBe("in the way")
  })
})
