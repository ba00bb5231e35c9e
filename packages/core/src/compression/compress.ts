import * as zlib from "node:zlib"
import type { Compression } from "./decompress.ts"

/** How a layer is to be compressed. */
export interface CompressionForm {
  readonly compression: Compression
  /** As the compression counts them: gzip 1 to 9, zstd 1 to 19. The usual one when absent. */
  readonly level?: number
}

/** The levels a compression has, and the one that is used when nobody says another. */
export const levelsOf = (
  compression: Compression
): { readonly least: number; readonly most: number; readonly usual: number } => {
  switch (compression) {
    case "none":
      return { least: 0, most: 0, usual: 0 }
    case "gzip":
      return { least: 1, most: 9, usual: 6 }
    case "zstd":
      return { least: 1, most: 19, usual: 3 }
  }
}

/** Bytes that are compressed together, whatever the pieces they come in. */
const blockSize = 1024 * 1024

/** Turns bytes into compressed bytes. */
export interface Compressor {
  /** What can be said after these bytes; nothing of them is kept once more of them were pushed. */
  readonly push: (piece: Uint8Array) => ReadonlyArray<Uint8Array>
  readonly finish: () => ReadonlyArray<Uint8Array>
}

/**
 * A compressor whose output depends on the bytes, the compression and the level, and on nothing else: not on the pieces
 * they come in, and not on the moment. Nothing of the machine is in the header of gzip: no name, no time, no system.
 */
export const compressorOf = ({ compression, level }: CompressionForm): Compressor => {
  if (compression === "none") return { push: (piece) => [piece], finish: () => [] }
  const wanted = level ?? levelsOf(compression).usual
  const block =
    compression === "gzip"
      ? (bytes: Uint8Array) => plainHeader(zlib.gzipSync(bytes, { level: wanted }))
      : (bytes: Uint8Array) => zstd(bytes, wanted)
  const held = Buffer.allocUnsafeSlow(blockSize)
  let used = 0
  let any = false
  const flush = (): Uint8Array => {
    any = true
    const out = block(held.subarray(0, used))
    used = 0
    return out
  }
  return {
    push: (piece) => {
      const out: Array<Uint8Array> = []
      for (let at = 0; at < piece.length;) {
        const count = Math.min(blockSize - used, piece.length - at)
        held.set(piece.subarray(at, at + count), used)
        used += count
        at += count
        if (used === blockSize) out.push(flush())
      }
      return out
    },
    finish: () => (used > 0 || !any ? [flush()] : [])
  }
}

/** Says of no system that the bytes come from it. Spec: RFC 1952, section 2.3, fields XFL and OS. */
const plainHeader = (member: Buffer): Buffer => {
  member[8] = 0
  member[9] = 255
  return member
}

const zstd = (bytes: Uint8Array, level: number): Buffer => {
  if (typeof zlib.zstdCompressSync !== "function") {
    throw new Error("this JavaScript runtime cannot write zstd; Node 22.15 or newer can")
  }
  return zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } })
}
