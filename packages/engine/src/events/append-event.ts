import { closeSync, constants, fstatSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs"
import { encodeLine } from "./journal-line.ts"
import { fileOf, filesIn, journalLimits, type JournalLimits } from "./journal-files.ts"
import type { JournalEvent } from "./JournalEvent.ts"

const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants

/**
 * Writes an event down, in one write behind all that others wrote. Never fails: an event that cannot be kept, because
 * the disk is full or the directory cannot be written, is lost, and what it tells of goes on. Synchronous, without
 * Effect: supervisors use it, too.
 */
export const appendEvent = (directory: string, event: JournalEvent, limits: JournalLimits = journalLimits): void => {
  try {
    const { fd, number } = openNewest(directory)
    try {
      // The kernel puts the bytes of one write behind each other, whoever else appends.
      writeSync(fd, encodeLine(event))
      if (fstatSync(fd).size >= limits.maxBytes) beginNext(directory, number, limits)
    } finally {
      closeSync(fd)
    }
  } catch {
    // Said above.
  }
}

const openNewest = (directory: string): { readonly fd: number; readonly number: number } => {
  const number = filesIn(directory).at(-1) ?? 1
  const open = () => openSync(fileOf(directory, number), O_WRONLY | O_APPEND | O_CREAT, 0o600)
  try {
    return { fd: open(), number }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    // Only this directory: an engine whose root is not there yet, or no longer, gets none by this.
    mkdirSync(directory, { mode: 0o700 })
    return { fd: open(), number }
  }
}

const beginNext = (directory: string, full: number, { files }: JournalLimits): void => {
  try {
    closeSync(openSync(fileOf(directory, full + 1), O_WRONLY | O_CREAT | O_EXCL, 0o600))
  } catch (error) {
    // Somebody else has begun it.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return
    throw error
  }
  for (const number of filesIn(directory)) {
    if (number <= full + 1 - files) rmSync(fileOf(directory, number), { force: true })
  }
}
