import { execFileSync, spawnSync } from "node:child_process"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { decompressed } from "../../src/compression/decompress.ts"
import { frameCutter } from "../../src/compression/zstd-frames.ts"

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/** Cuts bytes into pieces of these lengths, again and again. */
const cut = (bytes: Uint8Array, lengths: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return pieces
}

async function* sending(pieces: ReadonlyArray<Uint8Array>) {
  yield* pieces
}

const unpacked = async (bytes: Uint8Array, lengths: ReadonlyArray<number> = [65_536]): Promise<Uint8Array> => {
  const out: Array<Uint8Array> = []
  for await (const piece of decompressed(sending(cut(bytes, lengths)))) out.push(piece)
  return new Uint8Array(Buffer.concat(out))
}

/** A frame that decoders pass over. Spec: RFC 8878, section 3.1.2. */
const skippable = (content: Uint8Array): Uint8Array => {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(0x184d2a50 + (content.length % 16), 0)
  head.writeUInt32LE(content.length, 4)
  return Buffer.concat([head, content])
}

const contents = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.tuple(fc.nat(255), fc.nat(200_000)).map(([byte, length]) => new Uint8Array(length).fill(byte))
)
const lengths = fc.array(fc.integer({ min: 20, max: 5000 }), { minLength: 1, maxLength: 6 })

const frame = fc.record({
  kind: fc.constantFrom("frame" as const, "skippable" as const),
  level: fc.constantFrom(1, 3, 19),
  content: contents
})

describe("decompressed", () => {
  it("gives back plain archives, members of gzip and frames of zstd, however they are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("gzip", "zstd"),
        fc.array(frame, { minLength: 1, maxLength: 4 }),
        lengths,
        async (kind, frames, cuts) => {
          const parts = frames.map(({ content, kind: type, level }) =>
            kind === "gzip"
              ? gzipSync(content, { level: Math.min(level, 9) })
              : type === "skippable"
                ? skippable(content)
                : zstdCompressSync(content)
          )
          const expected = frames.flatMap(({ content, kind: type }) =>
            kind === "zstd" && type === "skippable" ? [] : [content]
          )
          expect(Buffer.from(await unpacked(Buffer.concat(parts), cuts)).equals(Buffer.concat(expected))).toBe(true)
        }
      ),
      { numRuns: 60 }
    )
  })

  // Asked of the program itself; where it is missing the test says that it is skipped.
  const hasZstd = spawnSync("zstd", ["--version"], { stdio: "ignore" }).error === undefined
  it.skipIf(!hasZstd)(
    "reads what the zstd program makes, with checksums and content sizes of every length",
    async () => {
      for (const size of [0, 1, 255, 256, 70_000, 300_000]) {
        const content = new Uint8Array(size).map((_, at) => (at * 7919) % 251)
        const made = execFileSync("zstd", ["-c", "--check"], { input: content })
        const sized = zstdCompressSync(content)
        for (const bytes of [made, sized, Buffer.concat([made, sized])]) {
          expect((await unpacked(bytes, [1000])).length).toBe(
            bytes.length === made.length + sized.length ? 2 * size : size
          )
        }
      }
    }
  )

  it("goes by how the bytes begin, and takes everything else as it is", async () => {
    expect(await unpacked(text("hello"))).toEqual(text("hello"))
    expect(await unpacked(text("ab"), [1])).toEqual(text("ab"))
    expect(await unpacked(new Uint8Array())).toEqual(new Uint8Array())
    expect(await unpacked(gzipSync("hello"), [1])).toEqual(text("hello"))
  })

  it("fails when compressed data ends anywhere before its end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(gzipSync, zstdCompressSync),
        contents,
        fc.nat(),
        async (compress, content, at) => {
          const whole = compress(content)
          const length = 4 + (at % (whole.length - 4))
          await expect(unpacked(whole.subarray(0, length))).rejects.toThrow(/end|early/)
        }
      ),
      { numRuns: 60 }
    )
  })

  it("fails on what follows zstd data and is none", async () => {
    await expect(unpacked(Buffer.concat([zstdCompressSync("a"), text("garbage")]))).rejects.toThrow("not zstd")
    await expect(unpacked(Buffer.concat([gzipSync("a"), text("garbage")]))).rejects.toThrow("header")
  })

  it("throws what the source throws, in the middle of compressed data too", async () => {
    const whole = gzipSync(new Uint8Array(100_000).map((_, at) => (at * at) % 253))
    const failing = async function* () {
      yield whole.subarray(0, 200)
      throw new Error("cable cut")
    }
    const read = async () => {
      for await (const _ of decompressed(failing()));
    }
    await expect(read()).rejects.toThrow("cable cut")
  })

  it("ends its source when nobody wants the rest", async () => {
    let ended = false
    const endless = async function* () {
      try {
        for (;;) yield gzipSync(new Uint8Array(500_000))
      } finally {
        ended = true
      }
    }
    for await (const _ of decompressed(endless())) break
    await expect.poll(() => ended).toBe(true)
  })
})

describe("frameCutter", () => {
  it("gives every byte of frames once and in order, and cuts where they end", () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), lengths, (frames, cuts) => {
        const parts = frames.map(({ content, kind }) =>
          kind === "frame"
            ? { bytes: zstdCompressSync(content), kept: true }
            : { bytes: skippable(content), kept: false }
        )
        const cutter = frameCutter()
        const given = cut(Buffer.concat(parts.map(({ bytes }) => bytes)), cuts).flatMap((piece) => cutter.push(piece))
        const kept = parts.filter((part) => part.kept).map(({ bytes }) => bytes)
        expect(Buffer.concat(given).equals(Buffer.concat(kept))).toBe(true)
        const ends = new Set<number>()
        kept.reduce((at, { length }) => (ends.add(at + length), at + length), 0)
        let at = 0
        for (const piece of given) {
          at += piece.length
          ends.delete(at)
        }
        expect([...ends]).toEqual([])
        cutter.finish()
      })
    )
  })
})
