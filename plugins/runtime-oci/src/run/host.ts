import { readFileSync } from "node:fs"
import { basename } from "node:path"

/**
 * Whether a runtime, by its name or path, has a kernel of its own for its containers: what the host sees of one has neither
 * the container's files about it nor its control groups.
 */
export const isSandbox = (program: string): boolean => basename(program) === "runsc"

/** What crun does not get along with, and what to do about it: a sentence without its full stop. */
export const crunOnMixedTrees =
  "crun refuses hosts where a cgroup2 tree beside the v1 trees holds a controller: mount that controller as v1," +
  " such as `mkdir /sys/fs/cgroup/hugetlb && mount -t cgroup -o hugetlb cgroup /sys/fs/cgroup/hugetlb`," +
  " or use --runtime runc"

/** Why a runtime, by its name or path, will make no containers on this host; undefined when nothing is known against it. */
export const obstacleOf = (program: string): string | undefined => {
  if (basename(program) !== "crun") return undefined
  let controllers: string
  try {
    controllers = readFileSync("/sys/fs/cgroup/unified/cgroup.controllers", "utf8")
  } catch {
    return undefined
  }
  return controllers.trim() === "" ? undefined : crunOnMixedTrees
}
