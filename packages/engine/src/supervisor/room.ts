import { RLIMIT_NOFILE } from "@gantry/linux/constants"
import type { Syscalls } from "@gantry/linux/Syscalls"

/** Descriptors of this process that strangers may take up by connecting to published ports. */
export interface Room {
  /** Takes so many, or none and returns false. */
  readonly take: (count: number) => boolean
  readonly give: (count: number) => void
}

/** As many are left for the container itself, and for those who ask its supervisor for something. */
const kept = 512

/** All that this process may have, but for {@link kept} of them, and at least half. */
export const makeRoom = (sys: Pick<Syscalls, "getrlimit">): Room => {
  let taken = 0
  return {
    take: (count) => {
      const all = Number(sys.getrlimit(RLIMIT_NOFILE).soft)
      if (taken + count > Math.max(all - kept, all / 2)) return false
      taken += count
      return true
    },
    give: (count) => {
      taken -= count
    }
  }
}
