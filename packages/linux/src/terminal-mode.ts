import { TCGETS, TCSETS } from "./constants.ts"
import { word32At } from "./memory.ts"
import type { Syscalls } from "./Syscalls.ts"

/** Bytes of the kernel's struct termios: four words of flags, the line discipline, 19 control characters. */
const termiosSize = 36

/** Second word of flags: what happens to output. OPOST is its lowest bit. Spec: termios(3). */
const outputFlags = 4
const OPOST = 1

/**
 * Lets what is written to a terminal through as it is, without carriage returns of the terminal's own. The raw mode of
 * the JavaScript runtimes leaves that part on, and putting their mode back puts it back too.
 */
export const passOutputThrough = (sys: Syscalls, fd: number): void => {
  const termios = new Uint8Array(termiosSize)
  sys.ioctl(fd, TCGETS, termios)
  const flags = word32At(termios, outputFlags) & ~OPOST
  new DataView(termios.buffer).setUint32(outputFlags, flags >>> 0, true)
  sys.ioctl(fd, TCSETS, termios)
}
