import { accessSync, constants, existsSync, statSync } from "node:fs"
import type { CgroupLayout, Hierarchy } from "./cgroup-layout.ts"
import { loadSyscallsSync } from "./load.ts"

/** The group below a user's own part of the v2 tree in which that user's other processes are: controllers are handed down by empty groups only. */
export const holderGroup = "gantry-holder"

/**
 * What of the trees is an ordinary user's: in each the group that `own` names, when it has been handed to that user. The
 * trees of the others are left out. Pure, but for `isOwn`, which is asked about directories.
 */
export const delegatedPart = (layout: CgroupLayout, isOwn: (directory: string) => boolean): CgroupLayout => {
  const partOf = (hierarchy: Hierarchy): ReadonlyArray<Hierarchy> => {
    const group = hierarchy.own.replace(new RegExp(`/${holderGroup}$`), "")
    const mountPoint = group === "/" ? hierarchy.mountPoint : `${hierarchy.mountPoint}${group}`
    return isOwn(mountPoint) ? [{ ...hierarchy, mountPoint, own: "/" }] : []
  }
  if (layout.version === "none") return layout
  if (layout.version === "v2") {
    const [unified] = partOf(layout.unified)
    return unified === undefined ? { version: "none" } : { version: "v2", unified }
  }
  const hierarchies = layout.hierarchies.flatMap(partOf)
  return hierarchies.length === 0 ? { version: "none" } : { ...layout, hierarchies }
}

/**
 * Whether a group is this process' user's to divide. Where systemd manages the v2 tree, it says so of a group with an
 * attribute; what it has not given away it may change at any time. Spec: systemd, CGROUP_DELEGATION.
 */
export const isDelegated = (directory: string, uid: number): boolean => {
  try {
    accessSync(`${directory}/cgroup.procs`, constants.W_OK)
    if (statSync(directory).uid !== uid) return false
    if (!existsSync(`${directory}/cgroup.controllers`) || !existsSync("/run/systemd/system")) return true
    return loadSyscallsSync().lgetxattr(directory, "user.delegate")[0] === 0x31
  } catch {
    return false
  }
}
