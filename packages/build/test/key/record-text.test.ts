import { deflateRawSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { ofBytes } from "@gantry/core/image/Digest"
import { readRecord, readRecordHead, recordPrefix, writeRecord } from "../../src/key/record-text.ts"

const on = ofBytes("on")
const file = (index: number) =>
  ({ path: `src/${index}.ts`, type: "file", mode: 0o644, content: ofBytes(String(index)) }) as const

describe("the text of a record", () => {
  it.each([0, 1, 5000])("is read back, digests in short, with %i files", (count) => {
    const files = Array.from({ length: count }, (_, index) => file(index))
    const text = writeRecord({ on, facts: "3:abc", files })
    expect(readRecord(text)).toEqual({
      on,
      facts: "3:abc",
      files: files.map((each) => ({ ...each, content: each.content.slice(0, 23) }))
    })
  })

  // How well depends a little on the runtime, which brings its own library for it.
  it("packs long lists", () => {
    const files = Array.from({ length: 20_000 }, (_, index) => file(index))
    expect(writeRecord({ on, facts: "3:abc", files }).length).toBeLessThan(600_000)
  })

  it("begins with what a hit must agree with", () => {
    const text = writeRecord({ on, facts: "3:abc", files: [file(1)] })
    expect(text.startsWith(recordPrefix({ on, facts: "3:abc" }))).toBe(true)
    expect(text.startsWith(recordPrefix({ on, facts: "3:ab" }))).toBe(false)
    expect(text.startsWith(recordPrefix({ on: ofBytes("off"), facts: "3:abc" }))).toBe(false)
  })

  it.each(["", "{}", "l15:gantry.record.2e", "l15:gantry.record.1e"])("is nothing when it is %j", (text) => {
    expect(readRecord(text)).toBeUndefined()
  })

  it("with a list that was made to fill the memory is a record without a list", () => {
    const bomb = `deflate:${deflateRawSync(Buffer.alloc(80 * 1024 * 1024)).toString("base64")}`
    const text = `${recordPrefix({ on, facts: "3:abc" })}${bomb.length}:${bomb}e`
    expect(readRecord(text)).toEqual({ on, facts: "3:abc", files: [] })
    expect(readRecordHead(text)).toMatchObject({ on, facts: "3:abc" })
  })

  it("with a damaged list is a record without a list", () => {
    const text = `${recordPrefix({ on, facts: "3:abc" })}12:deflate:AAAAe`
    expect(readRecord(text)).toEqual({ on, facts: "3:abc", files: [] })
  })
})
