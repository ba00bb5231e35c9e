import { spawnSync } from "node:child_process"
import { accessSync, constants, existsSync, statSync } from "node:fs"
import { basename } from "node:path"
import { ownDirectory } from "./cgroup-files.ts"
import type { CgroupLayout, Hierarchy } from "./cgroup-layout.ts"
import { loadSyscallsSync } from "./load.ts"

/** The group below a user's own part of the v2 tree in which that user's other processes are: controllers are handed down by empty groups only. */
export const holderGroup = "gantry-holder"

/** How long systemd may take to answer, in milliseconds. */
const patience = 10_000

/**
 * What of the trees is an ordinary user's: in each the group that `own` names, when it has been handed to that user. The
 * trees of the others are left out. Pure, but for `isOwn`, which is asked about directories; `held`: the user's holder has found this one to be
 * the user's, and moved aside in it.
 */
export const delegatedPart = (
  layout: CgroupLayout,
  isOwn: (directory: string, held: boolean) => boolean
): CgroupLayout => {
  const partOf = (hierarchy: Hierarchy): ReadonlyArray<Hierarchy> => {
    const directory = ownDirectory(hierarchy)
    if (directory === undefined) return []
    const mountPoint = directory.replace(new RegExp(`/${holderGroup}$`), "")
    const held = mountPoint !== directory
    return isOwn(mountPoint, held) ? [{ ...hierarchy, mountPoint, own: held ? `/${holderGroup}` : "/" }] : []
  }
  if (layout.version === "none") return layout
  if (layout.version === "v2") {
    const [unified] = partOf(layout.unified)
    return unified === undefined ? { version: "none" } : { version: "v2", unified }
  }
  const hierarchies = layout.hierarchies.flatMap(partOf)
  return hierarchies.length === 0 ? { version: "none" } : { ...layout, hierarchies }
}

/** Whether a group belongs to a user, who may put processes into it. */
export const isOwned = (directory: string, uid: number): boolean => {
  try {
    accessSync(`${directory}/cgroup.procs`, constants.W_OK)
    return statSync(directory).uid === uid
  } catch {
    return false
  }
}

/**
 * Whether a group is known to be a user's to divide. Where systemd manages the v2 tree, it says so of a group with an
 * attribute; what it has not given away it may change at any time. Spec: systemd, CGROUP_DELEGATION.
 */
export const isMarked = (directory: string, uid: number): boolean => {
  if (!isOwned(directory, uid)) return false
  if (!existsSync(`${directory}/cgroup.controllers`) || !existsSync("/run/systemd/system")) return true
  try {
    return loadSyscallsSync().lgetxattr(directory, "user.delegate")[0] === 0x31
  } catch {
    return false
  }
}

/**
 * Whether a group is a user's to divide. Older versions of systemd, such as 252, leave groups of the user's own manager
 * without the mark: that is asked, which takes a program some 10 ms.
 */
export const isDelegated = (directory: string, uid: number): boolean => {
  if (isMarked(directory, uid)) return true
  if (!directory.includes("/user@") || !isOwned(directory, uid)) return false
  const question = ["--user", "show", "--property=Delegate", "--value", basename(directory)]
  return spawnSync("systemctl", question, { encoding: "utf8", timeout: patience }).stdout?.trim() === "yes"
}
