import { O_CLOEXEC, O_NOCTTY, O_RDWR, TIOCGPTN, TIOCGPTPEER, TIOCGWINSZ, TIOCSPTLCK, TIOCSWINSZ } from "./constants.ts"
import { word32At, words32 } from "./memory.ts"
import type { Syscalls } from "./Syscalls.ts"

/** The controlling side of a pseudo-terminal. */
export interface Pty {
  /** Close-on-exec. */
  readonly fd: number
  /** The other side is `pts/<number>` in the same devpts mount. */
  readonly number: number
}

/** The size of a terminal in characters. */
export interface WindowSize {
  readonly rows: number
  readonly columns: number
}

/** Opens a new pair through a ptmx device, such as `/dev/pts/ptmx`, and unlocks its other side. */
export const openPty = (sys: Syscalls, ptmx: string): Pty => {
  const fd = sys.open(ptmx, O_RDWR | O_NOCTTY | O_CLOEXEC)
  try {
    const number = new Uint8Array(4)
    sys.ioctl(fd, TIOCSPTLCK, words32(0))
    sys.ioctl(fd, TIOCGPTN, number)
    return { fd, number: word32At(number, 0) }
  } catch (error) {
    sys.close(fd)
    throw error
  }
}

/** Opens the other side without a path, so that no mount namespace can put something else there. Close-on-exec. */
export const openPeer = (sys: Syscalls, { fd }: Pty): number =>
  sys.ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)

/** Sets the size; the foreground process group of the terminal gets SIGWINCH when it differs. */
export const setWindowSize = (sys: Syscalls, fd: number, { rows, columns }: WindowSize): void => {
  // struct winsize: rows and columns of 16 bits, then the size in pixels.
  sys.ioctl(fd, TIOCSWINSZ, words32((rows & 0xffff) | ((columns & 0xffff) << 16), 0))
}

/** The size; zeros when nobody has set one. */
export const windowSize = (sys: Syscalls, fd: number): WindowSize => {
  const bytes = new Uint8Array(8)
  sys.ioctl(fd, TIOCGWINSZ, bytes)
  const both = word32At(bytes, 0)
  return { rows: both & 0xffff, columns: both >>> 16 }
}
