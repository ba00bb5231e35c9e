import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"

/** Longest text file that is read, in bytes, unless its reader says otherwise: 8 MiB. */
export const textLimit = 8 * 1024 * 1024

/** A file that is not read. `code` stands where the code of a system error would. */
class Unreadable extends Error {
  readonly code: "EFBIG" | "ENOTSUP"
  constructor(path: string, code: Unreadable["code"]) {
    super(path)
    this.code = code
  }
}

/** Bytes that are read at once. */
const pieceSize = 64 * 1024

/**
 * The text of a file that somebody else may have put there. Reading never waits and never goes on for ever: a pipe or a
 * device is refused with the code `ENOTSUP`, and a file of more than `most` bytes with `EFBIG`. Throws what the system
 * says.
 *
 * `named`: the user has named this file, so a pipe is as good as a file.
 */
export const readText = (
  path: string,
  { most = textLimit, named = false }: { readonly most?: number; readonly named?: boolean } = {}
): string => {
  const file = openSync(path, named ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(file)
    if (!named && !stat.isFile() && !stat.isDirectory()) throw new Unreadable(path, "ENOTSUP")
    const pieces: Array<Buffer> = []
    for (let length = 0; ;) {
      const piece = Buffer.allocUnsafe(pieceSize)
      const count = readSync(file, piece, 0, pieceSize, null)
      if (count === 0) return Buffer.concat(pieces).toString("utf8")
      length += count
      if (length > most) throw new Unreadable(path, "EFBIG")
      pieces.push(piece.subarray(0, count))
    }
  } finally {
    closeSync(file)
  }
}
