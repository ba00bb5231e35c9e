import { accessSync, constants } from "node:fs"
import { ownDirectory } from "./cgroup-files.ts"
import { type CgroupLayout, hostCgroups } from "./cgroup-layout.ts"

/**
 * Whether this process may move others into a part of the v2 tree that was delegated to its user. The kernel asks for the
 * right to write to the group nearest above both, and that is root's where the process belongs to another session of
 * systemd's, such as that of a login by ssh. Spec: kernel, cgroup-v2, Delegation Containment.
 */
export const isWithinReach = (part: CgroupLayout, here: CgroupLayout = hostCgroups(), look: Look = host): boolean => {
  if (part.version !== "v2" || here.version !== "v2") return true
  const own = ownDirectory(here.unified)
  return own !== undefined && look.mayWrite(`${nearestAbove(own, part.unified.mountPoint)}/cgroup.procs`)
}

/** What has to be asked of the machine. */
interface Look {
  readonly mayWrite: (file: string) => boolean
}

const host: Look = {
  mayWrite: (file) => {
    try {
      accessSync(file, constants.W_OK)
      return true
    } catch {
      return false
    }
  }
}

const nearestAbove = (one: string, other: string): string => {
  const names = one.split("/")
  const others = other.split("/")
  const end = names.findIndex((name, at) => name !== others[at])
  return (end < 0 ? names : names.slice(0, end)).join("/")
}
