import * as zlib from "node:zlib"

/** One frame of zstd. */
export const zstd = (bytes: Buffer): Buffer => zlib.zstdCompressSync(bytes)

/** The beginning of an xz file: gantry looks no further. */
export const xz = Buffer.concat([Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), Buffer.alloc(600)])

/** The beginning of a bzip2 file: gantry looks no further. */
export const bzip2 = Buffer.concat([Buffer.from("BZh91AY"), Buffer.alloc(600)])
