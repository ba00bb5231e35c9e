import { rm } from "node:fs/promises"
import { errorCode } from "./error-code.ts"

/** Milliseconds between two tries, and how many there are: two seconds in all. */
const pause = 10
const tries = 200

/**
 * Removes a directory that a dead process left. The process that unpacks for it ends when it notices, a moment later, and
 * may put files where none were any more. False when somebody still does so after two seconds: then it is left to a
 * later sweep.
 */
export const removeAbandoned = async (
  path: string,
  remove: (path: string) => Promise<void> = (each) => rm(each, { recursive: true, force: true })
): Promise<boolean> => {
  for (let left = tries; left > 0; left--) {
    try {
      // The next try begins when this one has failed.
      // oxlint-disable-next-line no-await-in-loop
      await remove(path)
      return true
    } catch (cause) {
      if (errorCode(cause) !== "ENOTEMPTY") throw cause
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
  return false
}
