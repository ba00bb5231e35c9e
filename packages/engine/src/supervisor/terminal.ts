import { openPty, type Pty, setWindowSize, type WindowSize } from "@gantry/linux/pty"
import type { Syscalls } from "@gantry/linux/Syscalls"
import type { HeldTerminal } from "./handshake.ts"

/** Makes a terminal in the container of a process, which has mounted its own /dev/pts. */
export const openTerminal = (sys: Syscalls, pid: number, size: WindowSize | undefined): Pty => {
  const terminal = openPty(sys, `/proc/${pid}/root/dev/pts/ptmx`)
  if (size !== undefined) setWindowSize(sys, terminal.fd, size)
  return terminal
}

/** Takes a copy of a terminal's descriptor that another process holds. It has no number of its own then: 0 is said. */
export const takeTerminal = (sys: Syscalls, held: HeldTerminal, size: WindowSize | undefined): Pty => {
  const process = sys.pidfdOpen(held.holder)
  try {
    const fd = sys.pidfdGetfd(process, held.fd)
    if (size !== undefined) setWindowSize(sys, fd, size)
    return { fd, number: 0 }
  } finally {
    sys.close(process)
  }
}
