import { O_CLOEXEC, O_NONBLOCK, O_RDONLY, S_IFMT, S_IFREG } from "../constants.ts"
import type { Kernel } from "./Kernel.ts"

/** Most bytes of an account file that are read. */
export const mostAccountBytes = 4 * 1024 * 1024

/** Bytes that are read at once: most account files are shorter. */
const piece = 4096

/**
 * The text of an account file of a container, by a path that nobody can lead elsewhere meanwhile. Undefined for what an
 * image may have there to keep others waiting or to fill their memory: a pipe, a device, a file of the kernel, a file
 * without end.
 */
export const accountText = (kernel: Pick<Kernel, "files" | "sys">, place: string): string | undefined => {
  const found = kernel.files.kind(place)
  if (found === undefined || (found.mode & S_IFMT) !== S_IFREG || found.size > mostAccountBytes) return undefined
  const fd = kernel.sys.open(place, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
  try {
    // The size of a file of the kernel is 0, whatever it says, if it says anything.
    return readToEnd((into) => kernel.sys.read(fd, into))
  } catch {
    return undefined
  } finally {
    kernel.sys.close(fd)
  }
}

const readToEnd = (read: (into: Uint8Array) => number): string | undefined => {
  const pieces: Array<Uint8Array> = []
  for (let bytes = 0; bytes <= mostAccountBytes;) {
    const into = new Uint8Array(piece)
    const length = read(into)
    if (length === 0) return new TextDecoder().decode(Buffer.concat(pieces))
    pieces.push(into.subarray(0, length))
    bytes += length
  }
  return undefined
}
