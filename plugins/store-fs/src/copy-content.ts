import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, readSync } from "node:fs"
import type { FileContent } from "@gantry/core/tree/TreeEntry"
import { turnSize } from "@gantry/core/turns"
import { ownerHere } from "@gantry/linux/rootless"
import { errorCode } from "./error-code.ts"
import type { Kernel } from "./kernel.ts"
import { writeAll } from "./write-all.ts"

/** Bytes from which a copy inside the kernel pays for its additional calls. */
const kernelCopyFrom = 128 * 1024

const buffer = Buffer.allocUnsafeSlow(1024 * 1024)

const wrongSize = (what: string, size: number): Error => new Error(`${what} is not ${size} bytes long`)

function* copyFile(kernel: Kernel, from: string, to: number, size: number): Generator<void> {
  const fd = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!fstatSync(fd).isFile()) throw new Error(`${from} is not a file any more`)
    let left = size
    if (size >= kernelCopyFrom) {
      try {
        while (left > 0) {
          // The kernel shares the blocks where the file system can, and copies without us where it cannot.
          const count = kernel.copyFileRange(fd, to, Math.min(left, turnSize))
          if (count === 0) throw wrongSize(from, size)
          left -= count
          if (left > 0) yield
        }
      } catch (cause) {
        const code = errorCode(cause)
        if (left !== size || (code !== "EXDEV" && code !== "EINVAL" && code !== "EOPNOTSUPP" && code !== "ENOSYS"))
          throw cause
      }
    }
    let since = 0
    while (left > 0) {
      const count = readSync(fd, buffer, 0, Math.min(buffer.length, left), null)
      if (count === 0) throw wrongSize(from, size)
      writeAll(to, buffer.subarray(0, count))
      left -= count
      since += count
      if (since < turnSize) continue
      since = 0
      yield
    }
    if (readSync(fd, buffer, 0, 1, null) !== 0) throw wrongSize(from, size)
  } finally {
    closeSync(fd)
  }
}

/** What a new file gets. */
export interface NewFile {
  readonly content: FileContent
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

/**
 * Makes a file that does not exist, with its bytes, owner and mode, and lets its caller do something else between pieces of
 * a long copy. Throws when the bytes are not as many as `size`.
 *
 * The owner comes before the mode, because changing it takes setuid away.
 */
export function* makeFile(kernel: Kernel, disk: string, { content, gid, mode, size, uid }: NewFile): Generator<void> {
  const fd = openSync(disk, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
  try {
    if (content.from === "file") yield* copyFile(kernel, content.path, fd, size)
    else {
      let seen = 0
      for (const piece of content.from === "bytes" ? [content.bytes] : content.pieces()) {
        seen += piece.length
        if (seen > size) break
        writeAll(fd, piece)
      }
      if (seen !== size) throw wrongSize(disk, size)
    }
    fchownSync(fd, ...ownerHere(uid, gid))
    fchmodSync(fd, mode)
  } finally {
    closeSync(fd)
  }
}
