import { chmodSync, mkdirSync } from "node:fs"
import { dirname } from "node:path"

const passable = 0o711

/**
 * Makes a directory, and those above it that are not there, through which others can go without seeing what is in it:
 * containers whose root is an ordinary user of the host do. Whatever the caller's umask is, which only says what others
 * may do with files of their own. What is there stays as it is. Throws what the system says.
 */
export const makePassable = (path: string): void => {
  const first = mkdirSync(path, { recursive: true, mode: passable })
  if (first === undefined) return
  for (let each = path; each.length >= first.length; each = dirname(each)) chmodSync(each, passable)
}

/** Makes one directory in the same way. Throws also when it is there. */
export const makeOnePassable = (path: string): void => {
  mkdirSync(path, { mode: passable })
  chmodSync(path, passable)
}
