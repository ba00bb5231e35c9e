import { close, read, write } from "node:fs"

/** Milliseconds until a pipe that has nothing, or no room, is asked again: somebody made it one that does not wait. */
const waitForPipe = 3

/** Waits that long. */
export const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, waitForPipe))

/** Reads what is there, at an offset, or where the last read ended; nothing at the end. */
export const readAt = async (fd: number, at: number | null, length: number): Promise<Uint8Array> => {
  const buffer = Buffer.allocUnsafeSlow(length)
  for (;;) {
    const count = await new Promise<number | undefined>((resolve, reject) => {
      read(fd, buffer, 0, length, at, (cause, bytes) => {
        if (cause === null) resolve(bytes)
        else if (cause.code === "EAGAIN") resolve(undefined)
        else reject(cause)
      })
    })
    if (count !== undefined) return buffer.subarray(0, count)
    await soon()
  }
}

/** Writes all of it, at an offset, or where the last write ended. */
export const writeAll = async (fd: number, bytes: Uint8Array, at?: number): Promise<void> => {
  for (let done = 0; done < bytes.length;) {
    const position = at === undefined ? null : at + done
    const count = await new Promise<number>((resolve, reject) => {
      write(fd, bytes, done, bytes.length - done, position, (cause, written) => {
        if (cause === null) resolve(written)
        else if (cause.code === "EAGAIN") resolve(0)
        else reject(cause)
      })
    })
    if (count === 0) await soon()
    done += count
  }
}

/** Closes a descriptor; one that is closed already is left alone. */
export const closeQuietly = (fd: number): Promise<void> => new Promise((resolve) => close(fd, () => resolve()))
