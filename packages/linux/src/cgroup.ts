import { type CgroupLayout, detectCgroups } from "./cgroup-layout.ts"
import type { Limits } from "./cgroup-limits.ts"
import { isWithinReach } from "./cgroup-reach.ts"
import { cgroupsV1 } from "./cgroup-v1.ts"
import { cgroupsV2 } from "./cgroup-v2.ts"
import type { DeviceRule } from "./devices.ts"
import { rootless } from "./rootless.ts"
import type { Syscalls } from "./Syscalls.ts"

/** Something that was asked for and that this machine, or this user, cannot have. Not an error: the caller decides. */
export interface Missing {
  /** What the user asked for, such as `memory limit`. */
  readonly feature: string
  /** Such as `no memory controller`, or the kernel's answer. */
  readonly reason: string
}

/** What a group has used so far; undefined where nothing counts it. */
export interface CgroupUsage {
  readonly memoryBytes: number | undefined
  readonly cpuNanoseconds: number | undefined
  readonly processes: number | undefined
  /** Processes that were killed because the group had no memory left. */
  readonly oomKills: number | undefined
  /** The limit of memory; undefined when there is none. */
  readonly memoryLimitBytes: number | undefined
  /** Bytes from and to block devices. */
  readonly disk: { readonly read: number; readonly written: number } | undefined
}

/**
 * Groups of processes. A group is named by its path below the top of the trees, such as `gantry/<id>`, so a record of
 * the path is enough to find it again in another process.
 *
 * No method throws for what is absent, read-only or forbidden: it says what is missing, or does what is left to do.
 */
export interface Cgroups {
  /** Makes the directories, parents included. A second call changes nothing. */
  readonly create: (path: string) => ReadonlyArray<Missing>
  /**
   * Makes the next {@link Cgroups.add} quick, and takes as long as that would have: the first move after a while waits
   * until every processor has noticed (some 7 ms), those after it do not. Nothing is moved.
   */
  readonly rehearse: () => void
  /** A file that does the same for whoever writes 0 to it; none on a machine without groups. */
  readonly rehearsal: string | undefined
  /** Moves a process, with its threads. Children that it starts later stay with it. */
  readonly add: (path: string, pid: number) => ReadonlyArray<Missing>
  /** The directories of a group that exist. */
  readonly directories: (path: string) => ReadonlyArray<string>
  readonly setLimits: (path: string, limits: Limits) => ReadonlyArray<Missing>
  /** Lets the group use these devices and no other. Call it once, after `create`. */
  readonly allowDevices: (path: string, rules: ReadonlyArray<DeviceRule>) => ReadonlyArray<Missing>
  /** All processes of the group and of the groups below it. */
  readonly pids: (path: string) => ReadonlyArray<number>
  /** Sends SIGKILL to all of {@link Cgroups.pids}, also to those that are being started meanwhile. */
  readonly killAll: (path: string) => void
  readonly freeze: (path: string) => ReadonlyArray<Missing>
  readonly thaw: (path: string) => ReadonlyArray<Missing>
  readonly usage: (path: string) => CgroupUsage
  /** Removes the group and those below it. False while a process is left in it; true also when it is not there. */
  readonly remove: (path: string) => boolean
}

const withoutCgroups = (reason: string): Cgroups => {
  const nowhere = () => [{ feature: "control groups", reason }]
  return {
    create: nowhere,
    rehearse: () => undefined,
    rehearsal: undefined,
    add: nowhere,
    directories: () => [],
    setLimits: (_path, limits) => (Object.keys(limits).length === 0 ? [] : nowhere()),
    allowDevices: nowhere,
    pids: () => [],
    killAll: () => undefined,
    freeze: nowhere,
    thaw: nowhere,
    usage: () => ({
      memoryBytes: undefined,
      cpuNanoseconds: undefined,
      processes: undefined,
      oomKills: undefined,
      memoryLimitBytes: undefined,
      disk: undefined
    }),
    remove: () => true
  }
}

/** The groups of a machine, of this one unless a layout is given. */
export const openCgroups = (sys: Syscalls, layout: CgroupLayout = detectCgroups()): Cgroups => {
  switch (layout.version) {
    case "v1":
      return cgroupsV1(sys, layout)
    case "v2":
      return cgroupsV2(sys, layout.unified)
    case "none":
      return withoutCgroups(
        rootless() === undefined ? "no cgroup file system is mounted" : "none were delegated to this user"
      )
  }
}

/**
 * The groups of this machine for who puts processes into them: as good as none in a session of an ordinary user from
 * which those that were delegated cannot be reached.
 */
export const openCgroupsToFill = (sys: Syscalls): Cgroups => {
  const layout = detectCgroups()
  return rootless() === undefined || isWithinReach(layout)
    ? openCgroups(sys, layout)
    : withoutCgroups("those of this user were delegated to another session than this one")
}
