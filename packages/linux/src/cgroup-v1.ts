import {
  attempt,
  exists,
  killEach,
  makeDirectory,
  pidsIn,
  read,
  readCount,
  readNumber,
  removeTree,
  ownProcesses,
  stayInGroup,
  steps,
  write,
  writeSetting
} from "./cgroup-files.ts"
import { diskOfV1 } from "./cgroup-disk.ts"
import type { CgroupLayout, Hierarchy } from "./cgroup-layout.ts"
import { type Limits, type Setting, settingsV1 } from "./cgroup-limits.ts"
import type { Cgroups, Missing } from "./cgroup.ts"
import { deviceLine } from "./devices.ts"
import { rootless } from "./rootless.ts"
import type { Syscalls } from "./Syscalls.ts"
import { waitFrozen } from "./wait-frozen.ts"

/** Controllers in which a group is made, and what each is for. */
const wanted: ReadonlyMap<string, string> = new Map([
  ["memory", "memory limit"],
  ["pids", "pids limit"],
  ["cpu", "cpu limit"],
  ["cpuacct", "cpu usage"],
  ["cpuset", "cpu set"],
  ["devices", "device list"],
  ["freezer", "pause"],
  ["blkio", "disk usage"]
])

const noController = (name: string): string =>
  rootless() === undefined ? `the kernel has no ${name} controller` : `no ${name} group was delegated to this user`

const featureOf = ({ controllers }: Hierarchy) => wanted.get(controllers.find((name) => wanted.has(name)) ?? "") ?? ""

/** Groups of cgroup v1: one directory in each tree. Spec: kernel, cgroup-v1; cgroups(7). */
export const cgroupsV1 = (
  sys: Syscalls,
  { hierarchies, named, unified }: Extract<CgroupLayout, { readonly version: "v1" }>
): Cgroups => {
  const used = hierarchies.filter(({ controllers }) => controllers.some((name) => wanted.has(name)))

  const everywhere = [...hierarchies, ...(unified === undefined ? [] : [unified])]
    .map(({ mountPoint }) => mountPoint)
    .concat(named)

  const directoryOf = (controller: string, path: string): string | undefined => {
    const hierarchy = used.find(({ controllers }) => controllers.includes(controller))
    return hierarchy === undefined ? undefined : `${hierarchy.mountPoint}/${path}`
  }

  const directories = (path: string) => used.map(({ mountPoint }) => `${mountPoint}/${path}`).filter(exists)

  /** Writes a file of a controller, or says that there is no such controller. */
  const set = (path: string, setting: Setting): ReadonlyArray<Missing> => {
    const directory = directoryOf(setting.controller, path)
    return directory === undefined
      ? [{ feature: setting.feature, reason: noController(setting.controller) }]
      : writeSetting(directory, setting)
  }

  const setFreezer = (path: string, value: string) =>
    set(path, { controller: "freezer", file: "freezer.state", feature: "pause", value })

  const freeze = (path: string): ReadonlyArray<Missing> => {
    const missing = setFreezer(path, "FROZEN")
    const directory = directoryOf("freezer", path)
    if (missing.length > 0 || directory === undefined) return missing
    return waitFrozen(
      sys,
      // The state is FREEZING for a while; reading it makes the kernel look again.
      () => read(`${directory}/freezer.state`) === "FROZEN",
      () => setFreezer(path, "THAWED")
    )
  }

  const pids = (path: string): ReadonlyArray<number> => [...new Set(directories(path).flatMap(pidsIn))]

  /** Memory and swap limits check each other, so the one that grows is written first. */
  const inOrder = (path: string, settings: ReadonlyArray<Setting>): ReadonlyArray<Setting> => {
    const memory = directoryOf("memory", path)
    const now = memory === undefined ? undefined : readNumber(`${memory}/memory.memsw.limit_in_bytes`)
    const swap = settings.find(({ feature }) => feature === "swap limit")
    if (swap === undefined || now === undefined) return settings
    const grows = swap.value === "-1" || Number(swap.value) > now
    return grows ? [swap, ...settings.filter((each) => each !== swap)] : settings
  }

  return {
    directories,
    pids,
    freeze,
    thaw: (path) => setFreezer(path, "THAWED"),
    create: (path) => [
      ...[...wanted]
        .filter(([controller]) => controller !== "cpuacct" && directoryOf(controller, path) === undefined)
        .map(([controller, feature]) => ({ feature, reason: noController(controller) })),
      ...used.flatMap((hierarchy) =>
        attempt(featureOf(hierarchy), `${hierarchy.mountPoint}/${path}`, () => {
          for (const directory of steps(hierarchy.mountPoint, path)) {
            makeDirectory(directory)
            if (hierarchy.controllers.includes("cpuset")) inheritCpuset(directory)
          }
        })
      )
    ],
    rehearse: () => {
      const [first] = used
      if (first !== undefined) stayInGroup(first)
    },
    rehearsal: used[0] === undefined ? undefined : ownProcesses(used[0]),
    add: (path, pid) =>
      used.flatMap((hierarchy) =>
        write(featureOf(hierarchy), `${hierarchy.mountPoint}/${path}/cgroup.procs`, String(pid))
      ),
    setLimits: (path, limits: Limits) => inOrder(path, settingsV1(limits)).flatMap((setting) => set(path, setting)),
    allowDevices: (path, rules) => {
      const feature = "device list"
      const denied = set(path, { controller: "devices", file: "devices.deny", feature, value: "a" })
      if (denied.length > 0) return denied
      return rules.flatMap((rule) =>
        set(path, { controller: "devices", file: "devices.allow", feature, value: deviceLine(rule) })
      )
    },
    killAll: (path) => {
      // A frozen process cannot start another one behind our back; it dies when it thaws.
      const frozen = freeze(path).length === 0
      const killed = killEach(sys, pids(path))
      setFreezer(path, "THAWED")
      if (!frozen && killed > 0) killEach(sys, pids(path))
    },
    usage: (path) => {
      const memory = directoryOf("memory", path) ?? ""
      const block = read(`${directoryOf("blkio", path) ?? ""}/blkio.throttle.io_service_bytes_recursive`)
      const limit = readNumber(`${memory}/memory.limit_in_bytes`)
      return {
        memoryBytes: readNumber(`${memory}/memory.usage_in_bytes`),
        cpuNanoseconds: readNumber(`${directoryOf("cpuacct", path) ?? ""}/cpuacct.usage`),
        processes: readNumber(`${directoryOf("pids", path) ?? ""}/pids.current`),
        oomKills: readCount(`${memory}/memory.oom_control`, "oom_kill"),
        // No limit is the greatest number of whole pages.
        memoryLimitBytes: limit !== undefined && limit < Number.MAX_SAFE_INTEGER ? limit : undefined,
        disk: block === undefined ? undefined : diskOfV1(block)
      }
    },
    // From every tree: an OCI runtime makes groups in those that are of no use here, too.
    remove: (path) => everywhere.map((mountPoint) => removeTree(`${mountPoint}/${path}`)).every(Boolean)
  }
}

/** A new cpuset group has neither processors nor memory, and takes no process until it has. */
const inheritCpuset = (directory: string): void => {
  const parent = directory.slice(0, directory.lastIndexOf("/"))
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const value = read(`${parent}/${file}`)
    if (read(`${directory}/${file}`) === "" && value !== undefined) write("cpu set", `${directory}/${file}`, value)
  }
}
