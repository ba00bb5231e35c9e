import { openCgroups } from "./cgroup.ts"
import { POLLIN } from "./constants.ts"
import type { Syscalls } from "./Syscalls.ts"

/** Milliseconds between two rehearsals, and how many there are at most. */
const pause = 4
const most = 50

/**
 * Keeps the kernel ready to move a process into another control group while there is nothing to read from a descriptor:
 * the first move after a while waits some 10 ms. Returns when there is something, or after a fifth of a second.
 */
export const stayMovable = (sys: Syscalls, fd: number): void => {
  const isTold = (within: number) => sys.poll([{ fd, events: POLLIN }], within)[0] !== 0
  if (isTold(0)) return
  const { rehearse } = openCgroups(sys)
  for (let round = 0; round < most; round++) {
    rehearse()
    if (isTold(pause)) return
  }
}
