import { readdirSync, rmSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"

/** How many files are removed at once without letting anything else have a turn. */
const few = 32

/** Whether a directory holds a few files at most, in all that is below it. What cannot be read is taken for much. */
const holdsFew = (path: string): boolean => {
  let left = few
  const walk = (directory: string): boolean =>
    readdirSync(directory, { withFileTypes: true }).every((entry) => {
      left -= 1
      return left >= 0 && (!entry.isDirectory() || walk(join(directory, entry.name)))
    })
  try {
    return walk(path)
  } catch {
    return false
  }
}

/**
 * Removes a directory with all below it, if it is there. Small ones, which containers that change little leave, at once:
 * the runtimes start threads for the others, which takes longer than the removal.
 */
export const removeTree = async (path: string): Promise<void> => {
  if (holdsFew(path)) rmSync(path, { recursive: true, force: true })
  else await rm(path, { recursive: true, force: true })
}
