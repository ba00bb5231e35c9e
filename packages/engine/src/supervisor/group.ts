import { readdirSync, statSync } from "node:fs"
import { type CgroupUsage, type Cgroups, type Missing, openCgroups, openCgroupsToFill } from "@gantry/linux/cgroup"
import type { BlockLimit } from "@gantry/linux/cgroup-block"
import type { Limits } from "@gantry/linux/cgroup-limits"
import { anyDevice, defaultDevices, type DeviceRule, parseDeviceRule } from "@gantry/linux/devices"
import { loadSyscallsSync } from "@gantry/linux/load"
import { deviceNumbers } from "@gantry/linux/memory"
import { rootless } from "@gantry/linux/rootless"
import type { BlockResource, ContainerSpec, Resources } from "@gantry/core/runtime/ContainerSpec"

/** The control group of one container, as its launcher uses it. */
export interface Group {
  /** Makes it with its limits. Throws when a limit that was asked for cannot be kept. */
  readonly prepare: () => void
  /** Puts a process into it; its children follow. */
  readonly add: (pid: number) => void
  /** Ends every process in it. */
  readonly kill: () => void
  /** Whether the kernel ended a process in it for want of memory. */
  readonly oomKilled: () => boolean
  /** Removes the group, once what was killed in it has ended. Succeeds when there is none. */
  readonly remove: () => Promise<void>
}

/** Limits that this machine may lack without the container being refused, as with Docker. */
const dispensable = new Set(["block IO weight", "swap limit"])

/** The group of a container that is about to start. `path` is below the top: `gantry/<id>`. */
export const openGroup = (path: string, spec: ContainerSpec): Group => {
  const groups = openCgroupsToFill(loadSyscallsSync())
  let absent: ReadonlyArray<Missing> = []
  return {
    prepare: () => {
      // A machine without control groups runs containers that ask for no limit.
      absent = groups.create(path)
      requireParent(groups.directories(path), absent, spec)
      const why = refusalOf(groups.setLimits(path, limitsOf(spec.resources)))
      if (why !== undefined) throw new Error(why)
      groups.allowDevices(path, deviceRules(spec))
      // The process that will be moved is loading its program meanwhile.
      groups.rehearse()
    },
    add: (pid) => requireAdded(groups.add(path, pid), absent),
    kill: () => groups.killAll(path),
    oomKilled: () => (groups.usage(path).oomKills ?? 0) > 0,
    remove: () => removeEmptied(groups, path)
  }
}

/** The group of a container that runs already, for a further process in it: nothing of it ends with that process. */
export const joinGroup = (path: string): Group => {
  const sys = loadSyscallsSync()
  const groups = openCgroupsToFill(sys)
  // Groups that cannot be filled from here may be there all the same: what they forbid must not be evaded.
  const isThere = () =>
    groups.directories(path).length > 0 || (rootless() !== undefined && openCgroups(sys).directories(path).length > 0)
  return {
    // The process that will be moved is loading its program meanwhile.
    prepare: () => groups.rehearse(),
    add: (pid) => requireAdded(groups.add(path, pid), isThere() ? [] : "all"),
    kill: () => undefined,
    oomKilled: () => false,
    remove: () => Promise.resolve()
  }
}

/** Who names the group above wants what holds there to hold for the container, whatever the machine has otherwise. */
const requireParent = (
  made: ReadonlyArray<string>,
  [first]: ReadonlyArray<Missing>,
  { cgroupParent }: Pick<ContainerSpec, "cgroupParent">
): void => {
  if (cgroupParent === undefined || made.length > 0) return
  throw new Error(`no control group below ${cgroupParent}: ${first?.reason ?? "this machine has none"}`)
}

/** What a process may be left out of: nothing of it holds the process back. */
const counting = new Set(["cpu usage", "disk usage", "pause"])

/**
 * Throws when a process could not be put where it belongs: it would run without its limits, and with devices that it
 * must not have. `absent`: what could not be made, which has been judged before; all, on a machine without groups.
 */
const requireAdded = (refused: ReadonlyArray<Missing>, absent: ReadonlyArray<Missing> | "all"): void => {
  if (absent === "all") return
  const refusal = refused.find(
    ({ feature }) => !counting.has(feature) && !absent.some((each) => each.feature === feature)
  )
  if (refusal !== undefined) throw new Error(`${refusal.feature}: ${refusal.reason}`)
}

/** Ends what a killed supervisor could not, and removes the group. */
export const clearGroup = (path: string): Promise<void> => {
  const groups = openCgroups(loadSyscallsSync())
  groups.killAll(path)
  return removeEmptied(groups, path)
}

/** Gives the group of a running container other limits. The first that cannot be kept, in words; none when all are. */
export const limitGroup = (path: string, resources: Resources): string | undefined =>
  refusalOf(openCgroups(loadSyscallsSync()).setLimits(path, limitsOf(resources)))

const refusalOf = (refused: ReadonlyArray<Missing>): string | undefined => {
  const missing = refused.find(({ feature }) => !dispensable.has(feature))
  return missing === undefined ? undefined : `${missing.feature}: ${missing.reason}`
}

/** Numbers of all processes of a group, as this process' view of /proc has them. */
export const processesOf = (path: string): ReadonlyArray<number> => openCgroups(loadSyscallsSync()).pids(path)

/** What a group has used so far. */
export const usageOfGroup = (path: string): CgroupUsage => openCgroups(loadSyscallsSync()).usage(path)

/** Makes every process of a group stand still. What is missing on this machine, when it cannot be done. */
export const freezeGroup = (path: string): ReadonlyArray<Missing> => openCgroups(loadSyscallsSync()).freeze(path)

/** Lets the processes of a group go on. */
export const thawGroup = (path: string): ReadonlyArray<Missing> => openCgroups(loadSyscallsSync()).thaw(path)

/** Names of the groups directly below one, each once. */
export const groupsBelow = (path: string): ReadonlyArray<string> => [
  ...new Set(
    openCgroups(loadSyscallsSync())
      .directories(path)
      .flatMap((directory) =>
        readdirSync(directory, { withFileTypes: true })
          .filter((each) => each.isDirectory())
          .map(({ name }) => name)
      )
  )
]

/** A killed process leaves its group a moment later, and the kernel tells nobody. Milliseconds between looks. */
const pauses = [1, 2, 5, 10, 20, 50, 100, 200, 400, 800]

const removeEmptied = async (groups: Cgroups, path: string): Promise<void> => {
  for (const pause of pauses) {
    if (groups.remove(path)) return
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

const limitsOf = (resources: Resources): Limits => {
  const { cpuPeriodUs, cpuQuotaUs, cpuShares, cpusetCpus, cpusetMems, memoryBytes, memoryReservationBytes } = resources
  const { block, blockWeight, memorySwapBytes, nanoCpus, oomKillDisable, pids, swappiness } = resources
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(memorySwapBytes === undefined ? {} : { memorySwapBytes }),
    ...(memoryReservationBytes === undefined ? {} : { memoryReservationBytes }),
    ...(nanoCpus === undefined ? {} : { nanoCpus }),
    ...(cpuQuotaUs === undefined ? {} : { cpuQuota: cpuQuotaUs }),
    ...(cpuPeriodUs === undefined ? {} : { cpuPeriod: cpuPeriodUs }),
    ...(cpuShares === undefined ? {} : { cpuShares }),
    ...(cpusetCpus === undefined ? {} : { cpusetCpus }),
    ...(cpusetMems === undefined ? {} : { cpusetMems }),
    ...(pids === undefined ? {} : { pidsMax: pids }),
    ...(swappiness === undefined ? {} : { swappiness }),
    ...(oomKillDisable === undefined ? {} : { oomKillDisable }),
    ...(blockWeight === undefined ? {} : { blockWeight }),
    ...(block === undefined ? {} : { block: block.map(blockLimitOf) })
  }
}

const blockLimitOf = ({ kind, path, value }: BlockResource): BlockLimit => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat?.isBlockDevice() !== true) throw new Error(`${path} is no block device of the host`)
  return { ...deviceNumbers(stat.rdev), kind, value }
}

const deviceRules = (spec: ContainerSpec): ReadonlyArray<DeviceRule> =>
  spec.privileged
    ? [anyDevice]
    : [
        ...defaultDevices,
        ...spec.devices.flatMap(({ access, hostPath }) => ruleOf(hostPath, access)),
        ...(spec.deviceRules ?? []).flatMap((text) => parseDeviceRule(text) ?? [])
      ]

/** A directory stands for all devices in it. Nothing for what is not there; init says so with the better words. */
const ruleOf = (path: string, access: string): ReadonlyArray<DeviceRule> => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory() === true) return readdirSync(path).flatMap((name) => ruleOf(`${path}/${name}`, access))
  if (stat === undefined || !(stat.isBlockDevice() || stat.isCharacterDevice())) return []
  return [{ type: stat.isBlockDevice() ? "block" : "char", ...deviceNumbers(stat.rdev), access }]
}
