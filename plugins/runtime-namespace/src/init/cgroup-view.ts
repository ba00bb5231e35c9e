import {
  CLONE_NEWCGROUP,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_REMOUNT
} from "@gantry/linux/constants"
import { rootless } from "@gantry/linux/rootless"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { stage } from "@gantry/linux/container/StageFailure"

/** One line of /proc/self/cgroup of version 1. */
export interface Hierarchy {
  /** Name of the directory: `cpu,cpuacct`, or `systemd` for a named hierarchy. */
  readonly directory: string
  /** Data of mount(2). */
  readonly data: string
  /** Further names that lead to it. */
  readonly links: ReadonlyArray<string>
}

/** The version 1 hierarchies of a /proc/self/cgroup; empty on a host with version 2 only. */
export const hierarchies = (text: string): ReadonlyArray<Hierarchy> =>
  text
    .split("\n")
    .map((line) => line.split(":")[1] ?? "")
    .filter((controllers) => controllers !== "")
    .map((controllers) => {
      const named = /^name=(.+)$/.exec(controllers)
      if (named !== null) return { directory: named[1] ?? "", data: `none,${controllers}`, links: [] }
      const names = controllers.split(",")
      return { directory: controllers, data: controllers, links: names.length > 1 ? names : [] }
    })

const base = "/sys/fs/cgroup"

/** A container of an ordinary user does without a view that the kernel refuses such a user. */
const tolerated = (mount: () => void): void => {
  try {
    mount()
  } catch (error) {
    if (rootless() === undefined) throw error
  }
}

/**
 * Shows the container its control groups, with its own at the top, not to be written to. Has to come after the parent
 * has put this process into its group: the namespace takes the group of its maker as the root.
 */
export const mountCgroups = ({ files, sys }: Kernel, spec: ContainerSpec): void => {
  if (spec.namespaces.cgroup === "own") stage("make cgroup namespace", () => sys.unshare(CLONE_NEWCGROUP))
  const flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
  const lock = spec.privileged ? 0 : MS_RDONLY
  stage(`mount ${base}`, () => {
    if (files.ownKind(base) === undefined) return
    const version1 = hierarchies(files.read("/proc/self/cgroup"))
    if (version1.length === 0) {
      tolerated(() => sys.mount("cgroup", base, "cgroup2", flags | lock, "nsdelegate"))
      return
    }
    sys.mount("tmpfs", base, "tmpfs", flags, "mode=755")
    for (const { data, directory, links } of version1) {
      files.makeDirectory(`${base}/${directory}`, 0o755)
      tolerated(() => sys.mount("cgroup", `${base}/${directory}`, "cgroup", flags | lock, data))
      for (const name of links) files.link(directory, `${base}/${name}`)
    }
    if (lock !== 0) sys.mount(null, base, null, flags | MS_BIND | MS_REMOUNT | lock, null)
  })
}
