import type { Missing } from "./cgroup.ts"
import type { Syscalls } from "./Syscalls.ts"

/** Looks at whether all processes have stopped, without a pause between them and with one of a millisecond. */
const quickLooks = 20
const mostLooks = 2000

/**
 * Waits until a group stands still: each of its processes has to leave the system call it is in, and needs a processor
 * for that, of which a busy machine may have none to spare for a while. After some 2 s the group is let go on, and what
 * is returned says so: whoever is told that it was not paused must not find it paused later.
 */
export const waitFrozen = (
  sys: Pick<Syscalls, "poll">,
  isFrozen: () => boolean,
  thaw: () => unknown
): ReadonlyArray<Missing> => {
  for (let look = 0; look < mostLooks; look++) {
    if (isFrozen()) return []
    if (look >= quickLooks) sys.poll([], 1)
  }
  thaw()
  return [{ feature: "pause", reason: "some processes did not stop in time" }]
}
