import { openSync } from "node:fs"
import type { Syscalls } from "./Syscalls.ts"

/** A path of the kernel's own that leads to an open file, whatever has become of its names. */
export const placeOf = (fd: number): string => `/proc/self/fd/${fd}`

/**
 * The very file that a system call opened, opened once more for `node:fs`, whose functions know no descriptors but their
 * own under Deno. The first is closed. Throws what the kernel says.
 */
export const reopened = (sys: Syscalls, fd: number, flags: number): number => {
  try {
    return openSync(placeOf(fd), flags)
  } finally {
    sys.close(fd)
  }
}
