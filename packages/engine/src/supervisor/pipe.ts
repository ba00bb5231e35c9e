import { unlinkSync } from "node:fs"
import { O_CLOEXEC, O_NONBLOCK, O_RDONLY, O_WRONLY, S_IFIFO } from "@gantry/linux/constants"
import type { Syscalls } from "@gantry/linux/Syscalls"

/** The two ends of a pipe. Both are close-on-exec; handing one to a child as a standard stream undoes that for it. */
export interface Pipe {
  readonly read: number
  readonly write: number
}

let made = 0

/**
 * Makes a pipe. A reading end that is `ours` does not block. Standard streams have to be pipes: the runtimes would make
 * sockets, and opening /dev/stdout of a container fails on a socket. `directory` has a name for it for a moment.
 */
export const makePipe = (sys: Syscalls, directory: string, ours: "read" | "write"): Pipe => {
  made += 1
  const path = `${directory}/.p${process.pid}.${made}`
  sys.mknod(path, S_IFIFO | 0o600, 0, 0)
  try {
    // Opening a named pipe waits for the other end; a non-blocking reader does not.
    const first = sys.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    const write = sys.open(path, O_WRONLY | O_CLOEXEC)
    if (ours === "read") return { read: first, write }
    const read = sys.open(path, O_RDONLY | O_CLOEXEC)
    sys.close(first)
    return { read, write }
  } finally {
    unlinkSync(path)
  }
}
