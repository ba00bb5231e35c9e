import { gzipSync, zstdCompressSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { decompressed } from "../../src/compression/decompress.ts"
import { decompressor } from "../../src/compression/Decompressor.ts"

/** Pieces of a length, that one decoder or the other is given. */
const cut = (bytes: Uint8Array, length: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) => bytes.subarray(at * length, (at + 1) * length))

const atOnce = (bytes: Uint8Array, length: number): Buffer => {
  const decoder = decompressor()
  const out: Array<Buffer> = []
  for (const piece of cut(bytes, length)) for (const made of decoder.push(piece)) out.push(Buffer.from(made))
  for (const made of decoder.finish()) out.push(Buffer.from(made))
  return Buffer.concat(out)
}

const inTime = async (bytes: Uint8Array, length: number): Promise<Buffer> => {
  const sent = (async function* () {
    yield* cut(bytes, length)
  })()
  const out: Array<Uint8Array> = []
  for await (const piece of decompressed(sent)) out.push(piece)
  return Buffer.concat(out)
}

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.tuple(fc.nat(255), fc.nat(700_000)).map(([byte, length]) => new Uint8Array(length).fill(byte))
)
const compressions = fc.constantFrom(gzipSync, zstdCompressSync, (bytes: Uint8Array) => bytes)
const parts = fc.array(fc.tuple(compressions, contents), { minLength: 1, maxLength: 4 })
const lengths = fc.integer({ min: 1000, max: 100_000 })

describe("decompressor", () => {
  it("gives what decompressed gives, of one kind of parts", async () => {
    const alike = fc.tuple(compressions, fc.array(contents, { minLength: 1, maxLength: 4 }))
    await fc.assert(
      fc.asyncProperty(alike, lengths, async ([compress, each], length) => {
        const bytes = Buffer.concat(each.map((content) => compress(content)))
        expect(atOnce(bytes, length).equals(await inTime(bytes, length))).toBe(true)
      }),
      { numRuns: 60 }
    )
  })

  it("reads gzip byte by byte, and zeros behind it", () => {
    const bytes = Buffer.concat([gzipSync("one "), gzipSync(""), gzipSync("two"), Buffer.alloc(600)])
    expect(atOnce(bytes, 1).toString()).toBe("one two")
    expect(atOnce(bytes, 1000).toString()).toBe("one two")
  })

  it("takes what is compressed in no known way as it is, however short", () => {
    for (const text of ["", "a", "abc", "abcd", "hello"]) expect(atOnce(Buffer.from(text), 1).toString()).toBe(text)
  })

  it("refuses what decompressed refuses", async () => {
    await fc.assert(
      fc.asyncProperty(parts, lengths, fc.nat(), fc.boolean(), async (list, length, place, isCut) => {
        const whole = Buffer.concat(list.map(([compress, content]) => compress(content)))
        const at = whole.length === 0 ? 0 : place % whole.length
        const damaged = isCut ? whole.subarray(0, at) : whole.map((byte, here) => (here === at ? ~byte : byte))
        const expected = await inTime(damaged, length).catch(() => undefined)
        const made = await Promise.resolve()
          .then(() => atOnce(damaged, length))
          .catch(() => undefined)
        expect(made?.toString("hex")).toBe(expected?.toString("hex"))
      }),
      { numRuns: 200 }
    )
  })

  it("fails when compressed data ends anywhere before its end", () => {
    for (const whole of [gzipSync("some content"), zstdCompressSync("some content")]) {
      for (let length = 4; length < whole.length; length++) {
        expect(() => atOnce(whole.subarray(0, length), 1000)).toThrow(/end|early/)
      }
    }
  })
})
