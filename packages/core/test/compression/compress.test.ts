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
