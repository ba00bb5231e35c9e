import type { Owner } from "@gantry/core/runtime/IdMaps"
import { S_IFIFO, S_IFMT } from "../constants.ts"
import { type Kernel, now } from "./Kernel.ts"
import { stage } from "./StageFailure.ts"

/**
 * Gives an open file to somebody, unless it belongs to one whose files are not to be given away: cron and sudo hand an
 * ordinary user pipes of root's.
 */
export const giveStream = (kernel: Kernel, path: string, { gid, uid }: Owner): void => {
  try {
    now(kernel, () => kernel.files.chown(path, uid, gid))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error
  }
}

/**
 * Gives the pipes among this process' standard streams to `root` of a container with users of its own, who has no rights
 * over what belongs to somebody else outside.
 */
export const lendStreams = (kernel: Kernel, root: Owner): void =>
  stage("own the standard streams", () => {
    for (const stream of [0, 1, 2]) {
      const path = `/proc/self/fd/${stream}`
      if (((kernel.files.kind(path)?.mode ?? 0) & S_IFMT) === S_IFIFO) giveStream(kernel, path, root)
    }
  })
