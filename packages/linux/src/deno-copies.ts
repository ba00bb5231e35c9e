import { closeSync } from "node:fs"

/**
 * Lets go of what Deno holds beside descriptors that this process inherited: it has each a second time for its own file
 * functions, which know it by the first number. A line would not end with the other process, and once the number itself is
 * closed by a system call and given to another file, Deno takes that for the one it knew. Nothing under others.
 */
export const closeDenoCopies = (fds: ReadonlyArray<number>): void => {
  if (!("Deno" in globalThis)) return
  for (const fd of fds) {
    try {
      closeSync(fd)
    } catch {
      // It is not one that Deno knows.
    }
  }
}
