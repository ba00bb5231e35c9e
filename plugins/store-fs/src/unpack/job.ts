import { readSync } from "node:fs"
import type { PlaceOptions } from "@gantry/core/store/LayerStore"
import { POLLIN } from "@gantry/linux/constants"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { errorCode } from "../error-code.ts"

/** An archive that is to be unpacked. */
export interface Job {
  /** Absolute path of a file that holds the archive, compressed or not; absent when the archive comes behind the job. */
  readonly file?: string
  /** What becomes of it: a layer of its own, changes of a folder, or files of a folder. */
  readonly form: "layer" | "folder" | "files"
  /** Absolute path on the host. */
  readonly directory: string
  /** Most bytes of the archive. */
  readonly limit: number
  /** Of `files`. */
  readonly place?: PlaceOptions
}

/**
 * Bytes that begin a job or a part of an archive: the length of what follows, as a little-endian number of 32 bits. A job
 * is JSON, an archive any number of parts, and a part of no bytes its end. Parts of a file's archive do not follow: so
 * many bytes more of the file can be read.
 */
export const headSize = 4

/** The beginning of a part of so many bytes. */
export const headOf = (size: number): Buffer => {
  const head = Buffer.alloc(headSize)
  head.writeUInt32LE(size)
  return head
}

/** A job as the unpacking process reads it. */
export const jobBytes = (job: Job): Buffer => {
  const text = Buffer.from(JSON.stringify(job))
  return Buffer.concat([headOf(text.length), text])
}

/** The jobs that come on standard input. */
export interface JobInput {
  /** The next job; undefined when there is none. The archive of the one before has been read to its end. */
  readonly next: () => Job | undefined
  /** The archive of that job. Every piece lies in the same memory. */
  readonly archive: () => Iterable<Buffer>
  /** What there is in the file of that job, as soon as it is there. The same holds for its pieces. */
  readonly fileParts: (fd: number) => Iterable<Buffer>
  /** The input has ended in the middle of a job. */
  readonly cut: () => boolean
}

/** Bytes of a file that are read at once. */
const filePiece = 128 * 1024

/** Reads standard input, whether or not it blocks. */
export const jobInput = (kernel: Pick<Syscalls, "poll">): JobInput => {
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024)
  const fileBuffer = Buffer.allocUnsafeSlow(filePiece)
  /** What of the buffer has been read and not been taken. */
  let from = 0
  let to = 0
  let ended = false
  let cut = false

  const read = (): boolean => {
    for (;;) {
      try {
        from = 0
        to = 0
        to = readSync(0, buffer, 0, buffer.length, null)
        ended = to === 0
        return !ended
      } catch (cause) {
        if (errorCode(cause) === "EOF") {
          ended = true
          return false
        }
        if (errorCode(cause) !== "EAGAIN") throw cause
        kernel.poll([{ fd: 0, events: POLLIN }], null)
      }
    }
  }

  /** At most so many bytes; none at the end of the input. */
  const take = (most: number): Buffer => {
    if (from === to && (ended || !read())) return buffer.subarray(0, 0)
    const piece = buffer.subarray(from, Math.min(to, from + most))
    from += piece.length
    return piece
  }

  /** So many bytes in memory of their own; fewer at the end of the input. */
  const exactly = (size: number): Buffer => {
    const parts: Array<Buffer> = []
    for (let missing = size; missing > 0;) {
      const piece = take(missing)
      if (piece.length === 0) break
      parts.push(Buffer.from(piece))
      missing -= piece.length
    }
    return Buffer.concat(parts)
  }

  const head = (): number | undefined => {
    const bytes = exactly(headSize)
    return bytes.length < headSize ? undefined : bytes.readUInt32LE()
  }

  /** Lengths of the parts of an archive. */
  const parts = function* (): Generator<number, void> {
    for (;;) {
      const size = head()
      if (size === undefined) {
        cut = true
        return
      }
      if (size === 0) return
      yield size
    }
  }

  return {
    next: () => {
      const size = head()
      if (size === undefined) return undefined
      const text = exactly(size)
      cut = text.length < size
      return cut ? undefined : (JSON.parse(text.toString()) as Job)
    },
    *archive() {
      for (const size of parts()) {
        for (let missing = size; missing > 0;) {
          const piece = take(missing)
          if (piece.length === 0) {
            cut = true
            return
          }
          missing -= piece.length
          yield piece
        }
      }
    },
    *fileParts(fd) {
      for (const size of parts()) {
        for (let missing = size; missing > 0;) {
          const count = readSync(fd, fileBuffer, 0, Math.min(fileBuffer.length, missing), null)
          if (count === 0) throw new Error("the file of the archive is shorter than was said")
          missing -= count
          yield fileBuffer.subarray(0, count)
        }
      }
    },
    cut: () => cut
  }
}
