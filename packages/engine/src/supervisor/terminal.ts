import { O_CLOEXEC, O_NOCTTY, O_NOFOLLOW, O_RDWR, TIOCGPTN, TIOCSPTLCK, TIOCSWINSZ } from "@gantry/linux/constants"
import { words32 } from "@gantry/linux/memory"
import type { Syscalls } from "@gantry/linux/Syscalls"

/** Rows and columns of a terminal. */
export interface TerminalSize {
  readonly rows: number
  readonly columns: number
}

/** The master side of a terminal whose other side is in a container. */
export interface Terminal {
  readonly fd: number
  /** Name of the other side below the container's /dev/pts. */
  readonly number: number
}

/** Makes a terminal in the container of a process, which has mounted its own /dev/pts. */
export const openTerminal = (sys: Syscalls, pid: number, size: TerminalSize | undefined): Terminal => {
  const fd = sys.open(`/proc/${pid}/root/dev/pts/ptmx`, O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC)
  try {
    const unlocked = words32(0)
    sys.ioctl(fd, TIOCSPTLCK, unlocked)
    const number = words32(0)
    sys.ioctl(fd, TIOCGPTN, number)
    if (size !== undefined) resizeTerminal(sys, fd, size)
    return { fd, number: new DataView(number.buffer).getUint32(0, true) }
  } catch (error) {
    sys.close(fd)
    throw error
  }
}

/** Tells the terminal its size; the processes in front of it get SIGWINCH. */
export const resizeTerminal = (sys: Syscalls, fd: number, { columns, rows }: TerminalSize): void => {
  const size = new Uint8Array(Uint16Array.of(rows, columns, 0, 0).buffer)
  sys.ioctl(fd, TIOCSWINSZ, size)
}
