import * as zlib from "node:zlib"
import { gzipMember, gzipMemberBySample, usualLevel } from "./gzip-member.ts"
import type { Compression } from "./Compression.ts"

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
      return { least: 1, most: 9, usual: usualLevel }
    case "zstd":
      return { least: 1, most: 19, usual: 3 }
  }
}

/** Bytes that are compressed together, whatever the pieces they come in. Larger blocks gain little and miss the cache. */
const blockSize = 256 * 1024

/** Turns bytes into compressed bytes. */
export interface Compressor {
  /** What can be written after these bytes, of which a copy is kept where they are needed longer. */
  readonly push: (piece: Uint8Array) => ReadonlyArray<Uint8Array>
  readonly finish: () => ReadonlyArray<Uint8Array>
}

/**
 * A compressor whose output depends on the bytes, the compression, the level and the JavaScript runtime, and on nothing
 * else: not on the pieces they come in, the moment or the processor. What it writes is a row of gzip members or zstd
 * frames, one for each 256 KiB. Up to the usual level of gzip, blocks that have no repeats are not searched for them.
 *
 * zstd is the same in Bun and Node 24, which have libzstd 1.5.7, and another in Deno. For gzip see `gzipMember` and
 * `gzipMemberBySample`.
 */
export const compressorOf = ({ compression, level }: CompressionForm): Compressor => {
  if (compression === "none") return { push: (piece) => [piece], finish: () => [] }
  const { usual } = levelsOf(compression)
  const wanted = level ?? usual
  const block =
    compression === "gzip"
      ? (bytes: Uint8Array) => (wanted > usual ? gzipMember(bytes, wanted) : gzipMemberBySample(bytes, wanted))
      : (bytes: Uint8Array) => zstd(bytes, wanted)
  // It grows: many layers are short.
  let held = Buffer.allocUnsafeSlow(0)
  let used = 0
  let any = false
  const room = (size: number): void => {
    if (size <= held.length) return
    const larger = Buffer.allocUnsafeSlow(Math.min(blockSize, Math.max(size, 4 * held.length)))
    larger.set(held.subarray(0, used))
    held = larger
  }
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
        room(used + count)
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

const zstd = (bytes: Uint8Array, level: number): Buffer => {
  if (typeof zlib.zstdCompressSync !== "function") {
    throw new Error("this JavaScript runtime cannot write zstd; Node 22.15 or newer can")
  }
  return zlib.zstdCompressSync(bytes, { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } })
}
