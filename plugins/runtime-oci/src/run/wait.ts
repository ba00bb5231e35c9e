import { POLLIN, SIGKILL } from "@gantry/linux/constants"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"

/** What ends a process from outside. */
export interface Ends {
  /** A process whose end it does not outlive. */
  readonly parent?: number
  /** A descriptor whose end of file ends it. */
  readonly input?: number
}

/**
 * Waits for a process that a runtime left behind, whose parent this process has become. Returns its code, or 128 and the
 * number of its signal. Blocks: nothing else happens in this program any more.
 */
export const waitFor = (sys: Syscalls, pid: number, { input, parent }: Ends): number => {
  const child = sys.pidfdOpen(pid)
  const watched = [child]
  const above = parent === undefined ? undefined : openProcess(sys, parent)
  // The parent has gone already: its number, or that of whoever has it now, cannot be waited for.
  if (parent !== undefined && above === undefined) end(sys, child)
  if (above !== undefined) watched.push(above)
  if (input !== undefined) watched.push(input)
  const chunk = new Uint8Array(512)
  for (;;) {
    const ready = sys.poll(
      watched.map((fd) => ({ fd, events: POLLIN })),
      null
    )
    if (ready[0] !== 0) break
    const ended = watched.filter((_, at) => at > 0 && ready[at] !== 0)
    if (ended.some((fd) => fd === above || sys.read(fd, chunk) === 0)) {
      end(sys, child)
      watched.length = 1
    }
  }
  const how = sys.wait4(pid)
  return "code" in how ? how.code : 128 + how.signal
}

const openProcess = (sys: Syscalls, pid: number): number | undefined => {
  try {
    return sys.pidfdOpen(pid)
  } catch (error) {
    if (failedWith(error, "ESRCH")) return undefined
    throw error
  }
}

const end = (sys: Syscalls, pidfd: number): void => {
  try {
    sys.pidfdSendSignal(pidfd, SIGKILL)
  } catch (error) {
    if (!failedWith(error, "ESRCH")) throw error
  }
}
