import { gunzipSync, zstdDecompressSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { type CompressionForm, compressorOf, levelsOf } from "../../src/compression/compress.ts"
import { decompressed } from "../../src/compression/decompress.ts"

const compress = (form: CompressionForm, pieces: ReadonlyArray<Uint8Array>): Buffer => {
  const compressor = compressorOf(form)
  const parts = pieces.flatMap((piece) => compressor.push(piece).map((out) => Buffer.from(out)))
  return Buffer.concat([...parts, ...compressor.finish()])
}

const decompress = async (bytes: Uint8Array): Promise<Buffer> => {
  const out: Array<Uint8Array> = []
  async function* source() {
    yield bytes
  }
  for await (const piece of decompressed(source())) out.push(piece)
  return Buffer.concat(out)
}

/** Bytes that compress somewhat, longer than a block now and then. */
const contents = fc
  .tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.constantFrom(0, 1, 3, 900, 2500))
  .map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => bytes)))

/** Bytes that do not repeat: the output of a linear congruence, of which the high byte is taken. */
const noise = (length: number, seed: number): Buffer => {
  let state = seed
  return Buffer.from(Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24))
}

const block = 256 * 1024

/** Blocks of everything: noise, digits of noise, repeats, and noise among repeats. */
const mixed = fc
  .array(fc.record({ kind: fc.constantFrom("noise", "digits", "text", "zeros"), seed: fc.nat(), kib: fc.nat(200) }), {
    maxLength: 8
  })
  .map((parts) =>
    Buffer.concat(
      parts.map(({ kib, kind, seed }) => {
        const length = kib * 1024
        if (kind === "noise") return noise(length, seed)
        if (kind === "digits") return Buffer.from(noise(length / 2, seed).toString("hex"))
        return kind === "zeros" ? Buffer.alloc(length) : Buffer.alloc(length, `the text ${seed}, `)
      })
    )
  )

const forms = fc.constantFrom<CompressionForm>(
  { compression: "gzip" },
  { compression: "gzip", level: 1 },
  { compression: "gzip", level: 9 },
  { compression: "zstd" },
  { compression: "zstd", level: 1 },
  { compression: "none" }
)

describe("a compressor", () => {
  it("writes what decompresses to the same bytes", () =>
    fc.assert(
      fc.asyncProperty(forms, contents, async (form, bytes) => {
        expect((await decompress(compress(form, [bytes]))).equals(bytes)).toBe(true)
      })
    ))

  it.prop(
    "writes the same, whatever the pieces its input comes in",
    [forms, contents, fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 4 })],
    ([form, bytes, lengths]) => {
      const pieces: Array<Uint8Array> = []
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const length = lengths[turn % lengths.length] ?? 1
        pieces.push(bytes.subarray(at, at + length))
        at += length
      }
      expect(compress(form, pieces).equals(compress(form, [bytes]))).toBe(true)
    }
  )

  it("writes what decompresses to the same bytes, whether or not it looks for repeats in a block", () =>
    fc.assert(
      fc.asyncProperty(mixed, async (bytes) => {
        const out = compress({ compression: "gzip" }, [bytes])
        expect((await decompress(out)).equals(bytes)).toBe(true)
        expect(gunzipSync(out).equals(bytes)).toBe(true)
      }),
      { numRuns: 20 }
    ))

  it("stores a block that does not get shorter", () => {
    const random = noise(block, 1)
    const out = compress({ compression: "gzip" }, [random])
    expect(out.indexOf(random.subarray(1000, 2000))).toBeGreaterThan(0)
    expect(out.length).toBeLessThan(random.length * 1.001)
  })

  it("spells digits of noise as short as the best level does, and text shorter than without search", () => {
    const digits = Buffer.from(noise(block / 2, 2).toString("hex"))
    const best = compress({ compression: "gzip", level: 9 }, [digits]).length
    expect(compress({ compression: "gzip" }, [digits]).length).toBeLessThan(best * 1.01)
    const text = Buffer.alloc(block, "a text that says the same again and again, ")
    expect(compress({ compression: "gzip" }, [text]).length).toBeLessThan(block / 50)
  })

  it("looks all over a block: noise at its beginning does not keep the text after it long", () => {
    const noisy = Buffer.concat([noise(block / 2, 3), Buffer.alloc(block / 2, "text after noise, ")])
    expect(compress({ compression: "gzip" }, [noisy]).length).toBeLessThan(block * 0.6)
  })

  it("needs nothing of a piece after it was pushed", () => {
    const compressor = compressorOf({ compression: "gzip" })
    const piece = Buffer.from("a piece whose memory is used again")
    compressor.push(piece)
    piece.fill(0)
    expect(gunzipSync(Buffer.concat(compressor.finish())).toString()).toBe("a piece whose memory is used again")
  })

  it("writes one member or frame for nothing at all", () => {
    expect(gunzipSync(compress({ compression: "gzip" }, [])).length).toBe(0)
    expect(zstdDecompressSync(compress({ compression: "zstd" }, [])).length).toBe(0)
  })

  it("says nothing of the moment, the machine or the effort in the header of gzip", () => {
    for (const level of [1, 6, 9]) {
      const head = compress({ compression: "gzip", level }, [Buffer.from("x")]).subarray(0, 10)
      expect([...head]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
    }
  })

  it("compresses as usual with the usual level", () => {
    const bytes = [Buffer.from("the usual level ".repeat(100))]
    const level = levelsOf("gzip").usual
    expect(compress({ compression: "gzip" }, bytes).equals(compress({ compression: "gzip", level }, bytes))).toBe(true)
  })
})
