import { closeSync, constants, openSync, readSync } from "node:fs"
import type { FileContent } from "@gantry/core/tree/TreeEntry"

/** Bytes read at once. */
const chunk = 1024 * 1024

/** The bytes of a file, piece by piece; each is good until the next one is asked for. Throws what reading throws. */
export const contentPieces = (content: FileContent): Iterable<Uint8Array> => {
  if (content.from === "bytes") return [content.bytes]
  return content.from === "pieces" ? content.pieces() : piecesOf(content.path)
}

function* piecesOf(path: string): Iterable<Uint8Array> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const buffer = Buffer.alloc(chunk)
    for (;;) {
      const length = readSync(fd, buffer, 0, chunk, null)
      if (length === 0) return
      yield buffer.subarray(0, length)
    }
  } finally {
    closeSync(fd)
  }
}
