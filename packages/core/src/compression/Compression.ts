/** How bytes can be compressed. */
export type Compression = "none" | "gzip" | "zstd"

/**
 * How bytes are compressed, by how they begin. Media types are not believed: gzip under the type of a plain archive is
 * common, and no archive begins like compressed data.
 *
 * Spec: RFC 1952, section 2.3.1; RFC 8878, section 3.1.
 */
export const compressionOf = (head: Uint8Array): Compression => {
  const [a, b, c, d] = head
  if (a === 0x1f && b === 0x8b) return "gzip"
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return "zstd"
  if (a !== undefined && a >= 0x50 && a <= 0x5f && b === 0x2a && c === 0x4d && d === 0x18) return "zstd"
  return "none"
}
