import { statSync } from "node:fs"
import { O_CLOEXEC, O_DIRECTORY, O_PATH, RESOLVE_IN_ROOT, RESOLVE_NO_SYMLINKS } from "@gantry/linux/constants"
import { deviceNumbers } from "@gantry/linux/memory"
import { openPty, type Pty, setWindowSize, type WindowSize } from "@gantry/linux/pty"
import { placeOf } from "@gantry/linux/reopened"
import type { Syscalls } from "@gantry/linux/Syscalls"
import type { HeldTerminal } from "./handshake.ts"

/**
 * Makes a terminal in the container of a process, which has mounted its own /dev/pts. In a container with a volume on /dev
 * something else may be there: no link is followed, and nothing is opened but what makes terminals.
 */
export const openTerminal = (sys: Syscalls, pid: number, size: WindowSize | undefined): Pty => {
  const root = sys.open(`/proc/${pid}/root`, O_PATH | O_DIRECTORY | O_CLOEXEC)
  try {
    const resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS
    const place = sys.openat2(root, "dev/pts/ptmx", { flags: O_PATH | O_CLOEXEC, resolve })
    try {
      if (!makesTerminals(placeOf(place))) throw new Error("the container's /dev/pts/ptmx is not what makes terminals")
      const terminal = openPty(sys, placeOf(place))
      if (size !== undefined) setWindowSize(sys, terminal.fd, size)
      return terminal
    } finally {
      sys.close(place)
    }
  } finally {
    sys.close(root)
  }
}

/** Spec: devices.txt of the kernel, character devices, 5. */
const makesTerminals = (path: string): boolean => {
  const status = statSync(path)
  const { major, minor } = deviceNumbers(status.rdev)
  return status.isCharacterDevice() && major === 5 && minor === 2
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
