import { closeSync, openSync, readSync } from "node:fs"
import { decodeLine } from "./journal-line.ts"
import { fileOf, filesIn } from "./journal-files.ts"
import type { JournalEvent } from "./JournalEvent.ts"

/** Reads a journal from where it stopped last. */
export interface JournalReader {
  /** The events since the last call, in the order in which they were written down; at first all that are kept. */
  readonly next: () => ReadonlyArray<JournalEvent>
}

interface Place {
  readonly at: number
  /** The beginning of a record whose end was not there yet. */
  readonly rest: Uint8Array
}

const newline = 0x0a

/**
 * Reads a journal that others write to. What somebody is writing right now is given when it is whole; what was cut off
 * is passed over. `from: "end"` begins with what is written from now on.
 */
export const openJournal = (directory: string, from: "beginning" | "end"): JournalReader => {
  const places = new Map<number, Place>()
  const buffer = Buffer.allocUnsafe(1 << 16)

  /** The bytes of a file behind the place where it was read last. A file that is gone has none. */
  const take = (number: number): Uint8Array => {
    const { at, rest } = places.get(number) ?? { at: 0, rest: new Uint8Array(0) }
    const fd = openIfThere(fileOf(directory, number))
    if (fd === undefined) return new Uint8Array(0)
    const pieces: Array<Uint8Array> = [rest]
    let position = at
    try {
      for (;;) {
        const size = readSync(fd, buffer, 0, buffer.length, position)
        if (size === 0) break
        pieces.push(Buffer.from(buffer.subarray(0, size)))
        position += size
      }
    } finally {
      closeSync(fd)
    }
    const bytes = Buffer.concat(pieces)
    const end = bytes.lastIndexOf(newline) + 1
    places.set(number, { at: position, rest: Buffer.from(bytes.subarray(end)) })
    return bytes.subarray(0, end)
  }

  const next = (): ReadonlyArray<JournalEvent> => {
    const numbers = filesIn(directory)
    for (const known of places.keys()) if (!numbers.includes(known)) places.delete(known)
    // All of them: somebody who opened a file before the next one was begun still writes into it.
    return numbers.flatMap((number) =>
      Buffer.from(take(number))
        .toString("utf8")
        .split("\n")
        .map(decodeLine)
        .filter((event) => event !== undefined)
    )
  }

  if (from === "end") next()
  return { next }
}

const openIfThere = (path: string): number | undefined => {
  try {
    return openSync(path, "r")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}
