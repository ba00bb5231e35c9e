import { spellFacts } from "@gantry/build/key/StepFacts"
import { writeRecord } from "@gantry/build/key/record-text"
import { keyOfSpelling } from "@gantry/build/key/step-key"
import { ofBytes } from "@gantry/core/image/Digest"
import type { CacheRecord } from "@gantry/core/store/BuildCache"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { nameOf } from "../../src/cache-mounts/CacheMount.ts"
import { cacheArtifact, readRecords, writeRecords } from "../../src/cache-sharing/CacheDocument.ts"

const now = 1_000_000
const layer = ofBytes("layer")

const facts = (path: string) =>
  spellFacts({ format: "gantry.workdir.1", parent: { scratch: "linux/amd64" }, epoch: "", path, user: "" })
const settings = spellFacts({
  format: "gantry.config.1",
  parent: { scratch: "linux/amd64" },
  instruction: "ENV",
  change: { A: "1" }
})

const record = (spelled: string, made: CacheRecord["layer"]): CacheRecord => ({
  key: keyOfSpelling(spelled),
  facts: writeRecord({ on: ofBytes("ground"), facts: spelled, files: [] }),
  instruction: "WORKDIR /srv",
  parent: "scratch",
  layer: made,
  createdAt: 5,
  tookMs: 7
})

const read = (bytes: Uint8Array) => readRecords(bytes, now)
const list = (records: ReadonlyArray<unknown>, layers: ReadonlyArray<unknown> = [layer]) =>
  new TextEncoder().encode(JSON.stringify({ format: cacheArtifact, layers, records }))
const records = (bytes: Uint8Array) => Either.getOrThrow(read(bytes)).records

/** A record as it travels, with something else in some fields. */
const travelling = (more: { readonly [name: string]: unknown } = {}) => {
  const { facts: text, instruction, parent, createdAt, tookMs } = record(facts("/srv"), layer)
  return { facts: text, instruction, parent, layer: 0, createdAt, tookMs, ...more }
}

describe("a list of shared records", () => {
  it("reads back as what was written, and is the same bytes every time", () => {
    const all = [record(facts("/srv"), layer), record(settings, null)]
    const bytes = writeRecords(all, [layer])
    expect(records(bytes)).toEqual(all)
    expect(writeRecords(all, [layer])).toEqual(bytes)
  })

  it("has cache mounts beside the records, and leaves out those that are called as no such mount can be", () => {
    const mounts = [
      { id: "npm", name: "npm", base: layer, content: layer, at: 1 },
      { id: "/root/.cache", name: nameOf("/root/.cache"), base: "", content: layer, at: 2 },
      { id: "npm", name: nameOf("npm", 0, "with a beginning"), base: "", content: layer, at: 3 }
    ] as const
    const bytes = writeRecords([], [layer], { mounts })
    expect(Either.getOrThrow(read(bytes)).mounts).toEqual(mounts)
    const [plain] = mounts
    const wrong = [
      { ...plain, name: "../npm" },
      { ...plain, name: "other" },
      { ...plain, name: "npm~1" },
      { ...plain, id: "", name: "cache-0123456789ab" },
      { ...plain, id: "/etc", name: "/etc" },
      { ...plain, base: "x" },
      { ...plain, at: -1 },
      { ...plain, content: "x" },
      { ...plain, id: "x".repeat(1025), name: nameOf("x".repeat(1025)) },
      7
    ]
    const text = JSON.stringify({ format: cacheArtifact, layers: [], records: [], mounts: wrong })
    expect(Either.getOrThrow(read(new TextEncoder().encode(text)))).toMatchObject({ mounts: [], refused: wrong.length })
  })

  it("gives each record the key of its own facts, whatever it claims", () => {
    const claimed = travelling({ key: ofBytes("another step") })
    expect(records(list([claimed])).map(({ key }) => key)).toEqual([keyOfSpelling(facts("/srv"))])
  })

  it("says of nothing that it was made later than now", () => {
    expect(records(list([travelling({ createdAt: now * 2 })]))[0]?.createdAt).toBe(now)
  })

  it.each<readonly [string, unknown]>([
    ["is no object", 7],
    ["has no facts", travelling({ facts: undefined })],
    ["has facts that nobody spelled", travelling({ facts: "l5:ABCe" })],
    [
      "is about facts that are not spelled the only way",
      travelling({ facts: writeRecord({ on: layer, facts: "d1:ai01ee", files: [] }) })
    ],
    ["is about facts of no kind", travelling({ facts: writeRecord({ on: layer, facts: "3:abc", files: [] }) })],
    [
      "stands on something without a digest",
      travelling({ facts: writeRecord({ on: "x" as typeof layer, facts: facts("/a"), files: [] }) })
    ],
    ["names a layer that is not listed", travelling({ layer: 1 })],
    ["names a layer before the list", travelling({ layer: -1 })],
    ["names a layer by a word", travelling({ layer: "length" })],
    ["gives settings a layer", travelling({ facts: writeRecord({ on: layer, facts: settings, files: [] }) })],
    ["has a parent that is neither a step nor an image", travelling({ parent: "../x" })],
    ["was made at no time", travelling({ createdAt: 1.5 })],
    ["took less than no time", travelling({ tookMs: -1 })],
    ["has half a character", travelling({ instruction: "\ud800" })]
  ])("leaves out a record that %s, and keeps the others", (_, bad) => {
    const result = Either.getOrThrow(read(list([bad, travelling()])))
    expect(result.records.map(({ key }) => key)).toEqual([keyOfSpelling(facts("/srv"))])
    expect(result.refused).toBe(1)
  })

  it.each([
    ["", "not a JSON object"],
    ["[]", "not a JSON object"],
    ["{}", "unknown format"],
    [JSON.stringify({ format: cacheArtifact, layers: ["sha256:x"], records: [] }), "list of layers"],
    [JSON.stringify({ format: cacheArtifact, layers: [] }), "no records"],
    [
      JSON.stringify({ format: cacheArtifact, layers: [], records: Array.from({ length: 100_001 }, () => 0) }),
      "more than"
    ],
    [
      JSON.stringify({
        format: cacheArtifact,
        layers: [],
        records: [],
        mounts: Array.from({ length: 65 }, () => 0)
      }),
      "65 cache mounts"
    ],
    [JSON.stringify({ format: cacheArtifact, layers: [], records: [], mounts: {} }), "cache mounts is malformed"]
  ])("is refused when it is %.40s", (text, why) => {
    const result = read(new TextEncoder().encode(text))
    expect(Either.isLeft(result) && result.left).toContain(why)
  })

  it("never throws, and never believes a key, however its bytes were changed", () => {
    const bytes = writeRecords([record(facts("/srv"), layer), record(settings, null)], [layer])
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (changes) => {
          const damaged = bytes.slice()
          for (const [at, byte] of changes) damaged[at] = byte
          const result = read(damaged)
          if (Either.isLeft(result)) return
          for (const each of result.right.records) {
            expect(each.facts).toContain(spelledIn(each))
            expect(each.layer === null || result.right.layers.includes(each.layer)).toBe(true)
          }
        }
      )
    )
  })
})

/** The facts inside of a record's text, found by their key. */
const spelledIn = ({ facts: text, key }: CacheRecord): string => {
  for (let from = 0; from < text.length; from++) {
    const length = /^(\d+):/.exec(text.slice(from, from + 8))?.[1]
    if (length === undefined) continue
    const start = from + length.length + 1
    const spelled = Buffer.from(text)
      .subarray(Buffer.byteLength(text.slice(0, start)))
      .subarray(0, Number(length))
      .toString()
    if (keyOfSpelling(spelled) === key) return spelled
  }
  return "the key is of no facts in the text"
}
