import { type Cgroups, openCgroups } from "./cgroup.ts"
import { POLLIN } from "./constants.ts"
import type { Syscalls } from "./Syscalls.ts"

/** Milliseconds between two rehearsals, and how long it goes on at most. */
const pause = 4
const longest = 200

/**
 * Keeps the kernel ready to move a process into another control group while there is nothing to read from a descriptor:
 * the first move after a while waits some 10 ms. Returns when there is something, or after a fifth of a second.
 *
 * Moves are made one after the other on the whole machine. When one takes long that is not the first, others are moving
 * theirs: that keeps the kernel ready as well, and many who rehearse would keep each other waiting for a minute.
 */
export const stayMovable = (
  sys: Syscalls,
  fd: number,
  open: () => Pick<Cgroups, "rehearse"> = () => openCgroups(sys),
  now: () => number = () => performance.now()
): void => {
  const isTold = (within: number) => sys.poll([{ fd, events: POLLIN }], within)[0] !== 0
  if (isTold(0)) return
  const { rehearse } = open()
  const begun = now()
  for (let isFirst = true; ; isFirst = false) {
    const before = now()
    rehearse()
    const after = now()
    if ((!isFirst && after - before > pause) || after - begun > longest || isTold(pause)) return
  }
}
