import { gzipSync } from "node:zlib"

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
 * A gzip member of these bytes. The header says nothing of the moment or the machine.
 *
 * Bun has libdeflate, which is several times as quick as zlib and writes the same on every processor; the standalone
 * program is Bun. Node and Deno have zlibs of their own: each writes the same every time, but not what the others write.
 */
export const gzipMember = (bytes: Uint8Array, level: number): Uint8Array => {
  const member = bun === undefined ? gzipSync(bytes, { level }) : bun.gzipSync(bytes, { level, library: "libdeflate" })
  member[xfl] = 0
  member[os] = unknown
  return member
}
