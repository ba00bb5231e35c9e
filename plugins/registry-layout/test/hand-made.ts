import { blockSize, type HeaderFields, paddingOf, writeHeader } from "@gantry/core/tree/tar-header"

/** One entry as it stands in an archive: fields as given, unchecked. */
export const entry = (
  fields: Partial<HeaderFields> & { readonly name: string },
  body: Uint8Array | string = ""
): Buffer => {
  const bytes = Buffer.from(body)
  const out = Buffer.alloc(blockSize + bytes.length + paddingOf(bytes.length))
  writeHeader(out, 0, { type: "0", mode: 0o644, uid: 0, gid: 0, size: bytes.length, mtime: 0, ...fields })
  out.set(bytes, blockSize)
  return out
}

/** A symbolic link. */
export const link = (name: string, target: string): Buffer => entry({ name, type: "2", link: target })

/** Entries, and the two empty blocks that end an archive. */
export const archive = (...entries: ReadonlyArray<Uint8Array>): Buffer =>
  Buffer.concat([...entries, Buffer.alloc(2 * blockSize)])
