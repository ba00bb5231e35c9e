import { statfsSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"

/** Bytes that are kept for the time when the disk is full. */
const whole = 1024 * 1024

/** Bytes of a disk that has room enough to keep some of it back. */
const plenty = 8 * 1024 * 1024

/** Bytes without which a database cannot be opened: its index in shared memory, and the first pages of its log. */
const narrow = 256 * 1024

/** The file beside a database that takes up room, and has nothing in it but zeros. */
export const reservePath = (database: string): string => `${database}-reserve`

const freeNear = (path: string): number => {
  const { bavail, bsize } = statfsSync(dirname(path))
  return bavail * bsize
}

const sizeOf = (database: string): number => statSync(reservePath(database), { throwIfNoEntry: false })?.size ?? 0

/**
 * Keeps some of the disk back for a database. SQLite needs room to be opened, and to take rows out: without a reserve
 * nothing could be removed from a disk that is quite full. A disk with little room is left as it is.
 */
export const keepReserve = (database: string): void => {
  try {
    if (sizeOf(database) === whole || freeNear(database) < plenty) return
    writeFileSync(reservePath(database), Buffer.alloc(whole), { mode: 0o600 })
  } catch {
    // Nothing needs it yet.
  }
}

/**
 * Gives half of what is kept back to whoever needs it, so that something is left for those who come later. Returns
 * whether there was anything.
 */
export const useReserve = (database: string): boolean => {
  try {
    const size = sizeOf(database)
    if (size === 0) return false
    truncateSync(reservePath(database), size <= narrow ? 0 : size / 2)
    return true
  } catch {
    return false
  }
}

/** Whether so little is free that not even the records of those who remove something find room. */
export const isNarrow = (database: string): boolean => {
  try {
    return freeNear(database) < narrow
  } catch {
    return false
  }
}

/** Whether an error of SQLite means that the disk is full. It does not say so when it cannot make room for its index. */
export const isFull = (database: string, cause: unknown): boolean => {
  if (!(cause instanceof Error)) return false
  if (/database or disk is full/.test(cause.message)) return true
  return /disk I\/O error|unable to open database file/.test(cause.message) && isNarrow(database)
}
