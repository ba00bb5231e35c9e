import { closeSync, constants, openSync, readFileSync } from "node:fs"
import type { FileContent, TreeEntry } from "@gantry/core/tree/TreeEntry"

/** A file's content as bytes of our own. Throws when it is not as long as its entry says, or cannot be read. */
export const held = ({ content, path, size }: TreeEntry & { readonly type: "file" }): FileContent => {
  const bytes = bytesOf(content)
  if (bytes.length !== size) throw new Error(`${path} is not ${size} bytes long`)
  return { from: "bytes", bytes }
}

const bytesOf = (content: FileContent): Uint8Array => {
  switch (content.from) {
    case "bytes":
      return content.bytes.slice()
    case "file": {
      const fd = openSync(content.path, constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        return readFileSync(fd)
      } finally {
        closeSync(fd)
      }
    }
    case "pieces":
      return Buffer.concat(Array.from(content.pieces(), (piece) => piece.slice()))
  }
}
