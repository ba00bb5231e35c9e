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
import { diskOfV2 } from "./cgroup-disk.ts"
import type { Hierarchy } from "./cgroup-layout.ts"
import { type Setting, settingsV2 } from "./cgroup-limits.ts"
import type { Cgroups, Missing } from "./cgroup.ts"
import { attachDeviceFilter } from "./device-filter.ts"
import { rootless } from "./rootless.ts"
import type { Syscalls } from "./Syscalls.ts"
import { waitFrozen } from "./wait-frozen.ts"

/** Controllers that a group gets, and what each is for. */
const wanted: ReadonlyArray<readonly [controller: string, feature: string]> = [
  ["memory", "memory limit"],
  ["pids", "pids limit"],
  ["cpu", "cpu limit"],
  ["cpuset", "cpu set"],
  ["io", "disk usage"]
]

/** Passes over a group that cannot be killed at once, because it may start processes meanwhile. */
const mostPasses = 100

const words = (text: string | undefined) => (text ?? "").split(" ").filter((word) => word !== "")

/** Hands the controllers down to a directory's children. What the parent itself does not have is missing. */
const enable = (directory: string): ReadonlyArray<Missing> => {
  const there = words(read(`${directory}/cgroup.controllers`))
  const enabled = words(read(`${directory}/cgroup.subtree_control`))
  return wanted.flatMap(([controller, feature]) => {
    if (enabled.includes(controller)) return []
    if (!there.includes(controller)) return [{ feature, reason: `no ${controller} controller in ${directory}` }]
    return write(feature, `${directory}/cgroup.subtree_control`, `+${controller}`)
  })
}

/** Writes a file of a controller, or says that the group does not have it: the one above hands only some down. */
const set = (directory: string, setting: Setting): ReadonlyArray<Missing> => {
  const { controller, feature } = setting
  const missing = writeSetting(directory, setting)
  if (missing.length === 0 || words(read(`${directory}/cgroup.controllers`)).includes(controller)) return missing
  const where = rootless() === undefined ? `in ${directory}` : "was delegated to this user"
  return [{ feature, reason: `no ${controller} controller ${where}` }]
}

/** Groups of cgroup v2: one directory. Spec: kernel, cgroup-v2. */
export const cgroupsV2 = (sys: Syscalls, hierarchy: Hierarchy): Cgroups => {
  const { mountPoint } = hierarchy
  const at = (path: string) => `${mountPoint}/${path}`

  const setFreeze = (path: string, value: "0" | "1") => write("pause", `${at(path)}/cgroup.freeze`, value)

  return {
    directories: (path) => [at(path)].filter(exists),
    pids: (path) => pidsIn(at(path)),
    create: (path) => {
      const missing: Array<Missing> = []
      let parent = mountPoint
      for (const directory of steps(mountPoint, path)) {
        missing.push(...enable(parent))
        const failed = attempt("control groups", directory, () => makeDirectory(directory))
        if (failed.length > 0) return failed
        parent = directory
      }
      // A controller that is missing at the top is missing all the way down; said once is enough.
      return missing.filter(({ feature }, index) => missing.findIndex((each) => each.feature === feature) === index)
    },
    rehearse: () => stayInGroup(hierarchy),
    rehearsal: ownProcesses(hierarchy),
    add: (path, pid) => write("control groups", `${at(path)}/cgroup.procs`, String(pid)),
    setLimits: (path, limits) => settingsV2(limits).flatMap((setting) => set(at(path), setting)),
    allowDevices: (path, rules) => attempt("device list", at(path), () => attachDeviceFilter(sys, at(path), rules)),
    killAll: (path) => {
      if (write("kill", `${at(path)}/cgroup.kill`, "1").length === 0) return
      // Before Linux 5.14. A killed process may stay listed until it has ended, so the passes are limited.
      for (let pass = 0; pass < mostPasses && killEach(sys, pidsIn(at(path))) > 0; pass++);
    },
    freeze: (path) => {
      const missing = setFreeze(path, "1")
      if (missing.length > 0) return missing
      return waitFrozen(
        sys,
        () => readCount(`${at(path)}/cgroup.events`, "frozen") === 1,
        () => setFreeze(path, "0")
      )
    },
    thaw: (path) => setFreeze(path, "0"),
    usage: (path) => {
      const microseconds = readCount(`${at(path)}/cpu.stat`, "usage_usec")
      const block = read(`${at(path)}/io.stat`)
      return {
        memoryBytes: readNumber(`${at(path)}/memory.current`),
        cpuNanoseconds: microseconds === undefined ? undefined : microseconds * 1000,
        processes: readNumber(`${at(path)}/pids.current`),
        oomKills: readCount(`${at(path)}/memory.events`, "oom_kill"),
        memoryLimitBytes: readNumber(`${at(path)}/memory.max`),
        disk: block === undefined ? undefined : diskOfV2(block)
      }
    },
    remove: (path) => removeTree(at(path))
  }
}
