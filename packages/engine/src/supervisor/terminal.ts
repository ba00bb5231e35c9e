import { openPty, type Pty, setWindowSize, type WindowSize } from "@gantry/linux/pty"
import type { Syscalls } from "@gantry/linux/Syscalls"

/** Makes a terminal in the container of a process, which has mounted its own /dev/pts. */
export const openTerminal = (sys: Syscalls, pid: number, size: WindowSize | undefined): Pty => {
  const terminal = openPty(sys, `/proc/${pid}/root/dev/pts/ptmx`)
  if (size !== undefined) setWindowSize(sys, terminal.fd, size)
  return terminal
}
