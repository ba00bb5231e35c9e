import { closeSync, openSync, readSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { headersName, more, noMore, shadowedName, shadowHead } from "../recipe.ts"
import { writeAll } from "../write-all.ts"

/** Bytes that are compressed together: each block is a gzip member of its own. */
const blockSize = 1024 * 1024

/** Writes the recipe of an archive (see recipe.ts) while the archive is read. */
export interface RecipeWriter {
  /** Bytes of the archive that are no file's content. */
  readonly raw: (bytes: Uint8Array) => void
  /** The content of the file that is being written comes next. */
  readonly content: (path: string, size: number) => void
  /** What stands at a path is about to go: keeps a copy of content. `disk` is where it can still be read. */
  readonly shadow: (path: string, disk: string) => void
  readonly finish: () => void
}

/** Opens the files of the recipe, which stay writable after the process has moved its root elsewhere. */
export const recipeWriter = (directory: string): RecipeWriter => {
  const headers = openSync(join(directory, headersName), "wx", 0o600)
  const shadowed = openSync(join(directory, shadowedName), "wx", 0o600)
  const references = new Map<string, { readonly index: number; readonly size: number }>()
  let count = 0
  let raw: Array<Buffer> = []
  let rawSize = 0
  let pending: Array<Buffer> = []
  let pendingSize = 0

  const put = (bytes: Buffer): void => {
    pending.push(bytes)
    pendingSize += bytes.length
    if (pendingSize < blockSize) return
    writeAll(headers, gzipSync(Buffer.concat(pending), { level: 1 }))
    pending = []
    pendingSize = 0
  }

  const record = (path: string, size: number): void => {
    const name = Buffer.from(path)
    const head = Buffer.alloc(4)
    head.writeUInt32LE(rawSize, 0)
    const tail = Buffer.alloc(12 + name.length)
    tail.writeUInt32LE(name.length, 0)
    name.copy(tail, 4)
    tail.writeBigUInt64LE(BigInt(size), 4 + name.length)
    put(Buffer.concat([head, ...raw, tail]))
    raw = []
    rawSize = 0
    count += 1
  }

  return {
    raw: (bytes) => {
      raw.push(Buffer.from(bytes))
      rawSize += bytes.length
      // Not all at once: an archive may end with any number of zeros.
      if (rawSize >= blockSize) record("", more)
    },
    content: (path, size) => {
      references.set(path, { index: count, size })
      record(path, size)
    },
    shadow: (path, disk) => {
      const reference = references.get(path)
      if (reference === undefined) return
      references.delete(path)
      const head = Buffer.alloc(shadowHead)
      head.writeUInt32LE(reference.index, 0)
      head.writeBigUInt64LE(BigInt(reference.size), 4)
      writeAll(shadowed, head)
      const fd = openSync(disk, "r")
      try {
        const buffer = Buffer.allocUnsafe(blockSize)
        for (let n = readSync(fd, buffer); n > 0; n = readSync(fd, buffer)) writeAll(shadowed, buffer.subarray(0, n))
      } finally {
        closeSync(fd)
      }
    },
    finish: () => {
      record("", noMore)
      writeAll(headers, gzipSync(Buffer.concat(pending), { level: 1 }))
      closeSync(headers)
      closeSync(shadowed)
    }
  }
}
