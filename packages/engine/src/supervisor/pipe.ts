import { F_SETFL, O_CLOEXEC, O_NONBLOCK } from "@gantry/linux/constants"
import type { Syscalls } from "@gantry/linux/Syscalls"

/** The two ends of a pipe. Both are close-on-exec; handing one to a child as a standard stream undoes that for it. */
export interface Pipe {
  readonly read: number
  readonly write: number
}

/**
 * Makes a pipe. A reading end that is `ours` does not block. Standard streams have to be pipes: the runtimes would make
 * sockets, and opening /dev/stdout of a container fails on a socket.
 */
export const makePipe = (sys: Syscalls, ours: "read" | "write"): Pipe => {
  const [read, write] = sys.pipe2(O_CLOEXEC)
  if (ours === "read") sys.fcntl(read, F_SETFL, O_NONBLOCK)
  return { read, write }
}
