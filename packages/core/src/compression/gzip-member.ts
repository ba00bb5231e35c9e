import { constants, gzipSync } from "node:zlib"

/** The part of Bun that is used: a compressor that others do not have. */
interface BunZip {
  readonly gzipSync: (
    bytes: Uint8Array,
    options: { readonly level: number; readonly library: "libdeflate" }
  ) => Uint8Array
}

const { Bun: bun } = globalThis as { readonly Bun?: BunZip }

/** Where the header says how hard it was tried, and on which system. Spec: RFC 1952, section 2.3. */
const xfl = 8
const os = 9
const unknown = 255

/**
 * The level that is used when nobody says another. With libdeflate the lowest is half as quick again as the third, and
 * of programs its output is a twentieth longer; with zlib it may be a fifth longer, and hardly any quicker.
 */
export const usualLevel = bun === undefined ? 3 : 1

/** Says nothing of the moment or the machine in the header. */
const anonymous = (member: Uint8Array): Uint8Array => {
  member[xfl] = 0
  member[os] = unknown
  return member
}

/**
 * A gzip member of these bytes. The header says nothing of the moment or the machine.
 *
 * Bun has libdeflate, which is several times as quick as zlib and writes the same on every processor; the standalone
 * program is Bun. Node and Deno have zlibs of their own: each writes the same every time, but not what the others write.
 * Level 0 compresses nothing.
 */
export const gzipMember = (bytes: Uint8Array, level: number): Uint8Array =>
  anonymous(bun === undefined ? gzipSync(bytes, { level }) : bun.gzipSync(bytes, { level, library: "libdeflate" }))

/** A gzip member that spells frequent bytes short, and repeats only of one byte. Here Bun has nothing but zlib, too. */
const withoutSearch = (bytes: Uint8Array): Uint8Array =>
  anonymous(gzipSync(bytes, { level: 6, memLevel: 9, strategy: constants.Z_RLE }))

/** How many pieces of a block are looked at, from all over it, and the bytes of each. */
const pieces = 8
const pieceSize = 1024

/** Blocks that are shorter than this are compressed before anybody has looked at them. */
const worthALook = 4 * pieces * pieceSize

/** A sample that gets shorter than this has repeats, because frequent bytes alone seldom give that much. */
const clearlyShorter = 0.45

/** How much longer the bytes may get by not looking for repeats. */
const tolerance = 1.005

const sampleOf = (bytes: Uint8Array): Uint8Array => {
  const sample = new Uint8Array(pieces * pieceSize)
  const step = Math.floor(bytes.length / pieces)
  for (let piece = 0; piece < pieces; piece++) {
    const at = piece * step + Math.floor((step - pieceSize) / 2)
    sample.set(bytes.subarray(at, at + pieceSize), piece * pieceSize)
  }
  return sample
}

/**
 * A gzip member of these bytes, for which a sample of them says what is worth the time. Most of it goes into the search
 * for repeats, and there are none in what was compressed before, in keys, and in numbers that a program has learned.
 */
export const gzipMemberBySample = (bytes: Uint8Array, level: number): Uint8Array => {
  if (bytes.length < worthALook) return gzipMember(bytes, level)
  const sample = sampleOf(bytes)
  const searched = gzipMember(sample, level).length
  if (searched >= sample.length) return gzipMember(bytes, 0)
  if (searched < sample.length * clearlyShorter) return gzipMember(bytes, level)
  return withoutSearch(sample).length <= searched * tolerance ? withoutSearch(bytes) : gzipMember(bytes, level)
}
