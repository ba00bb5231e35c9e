import {
  CLONE_NEWCGROUP,
  MNT_DETACH,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_REMOUNT
} from "@gantry/linux/constants"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { cloneTree } from "@gantry/linux/container/binds"
import { type Kernel, now, ownKind } from "@gantry/linux/container/Kernel"
import { attachTo, openInRoot } from "@gantry/linux/container/mount-point"
import { restricted } from "@gantry/linux/container/restricted"
import { stage } from "@gantry/linux/container/StageFailure"

/** One line of /proc/self/cgroup of version 1. */
export interface Hierarchy {
  /** Name of the directory: `cpu,cpuacct`, or `systemd` for a named hierarchy. */
  readonly directory: string
  /** Data of mount(2). */
  readonly data: string
  /** Further names that lead to it. */
  readonly links: ReadonlyArray<string>
  /** The process' own group in it, as the process' namespace of control groups names it. */
  readonly group: string
}

/** The version 1 hierarchies of a /proc/self/cgroup; empty on a host with version 2 only. */
export const hierarchies = (text: string): ReadonlyArray<Hierarchy> =>
  text
    .split("\n")
    .map((line) => /^\d+:([^:]+):(.+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, controllers = "", group = "/"]) => {
      const named = /^name=(.+)$/.exec(controllers)
      if (named !== null) return { directory: named[1] ?? "", data: `none,${controllers}`, links: [], group }
      const names = controllers.split(",")
      return { directory: controllers, data: controllers, links: names.length > 1 ? names : [], group }
    })

const base = "/sys/fs/cgroup"

/** A container that is not made by the host's root does without a view that the kernel refuses its maker. */
const tolerated = (kernel: Kernel, spec: ContainerSpec, mount: () => void): void => {
  if (!restricted(spec)) return mount()
  try {
    now(kernel, mount)
  } catch {
    // The rest of the view is there.
  }
}

/** Leaves of a tree only the container's own group: in the host's namespace of control groups it would show them all. */
const narrow = (kernel: Kernel, place: string, group: string): void => {
  const own = cloneTree(kernel, `${place}${group}`, false)
  kernel.sys.umount2(place, MNT_DETACH)
  attachTo(kernel, own, openInRoot(kernel, place))
}

/**
 * Shows the container its control groups, with its own at the top, not to be written to. Has to come after the parent
 * has put this process into its group: the namespace takes the group of its maker as the root.
 */
export const mountCgroups = (kernel: Kernel, spec: ContainerSpec): void => {
  const { files, sys } = kernel
  if (spec.namespaces.cgroup === "own") stage("make cgroup namespace", () => sys.unshare(CLONE_NEWCGROUP))
  const flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
  const lock = spec.privileged ? 0 : MS_RDONLY
  stage(`mount ${base}`, () => {
    if (ownKind(kernel, base) === undefined) return
    const version1 = hierarchies(files.read("/proc/self/cgroup"))
    if (version1.length === 0) {
      tolerated(kernel, spec, () => sys.mount("cgroup", base, "cgroup2", flags | lock, "nsdelegate"))
      return
    }
    sys.mount("tmpfs", base, "tmpfs", flags, "mode=755")
    for (const { data, directory, group, links } of version1) {
      const place = `${base}/${directory}`
      files.makeDirectory(place, 0o755)
      tolerated(kernel, spec, () => {
        sys.mount("cgroup", place, "cgroup", flags | lock, data)
        if (group !== "/") narrow(kernel, place, group)
      })
      for (const name of links) files.link(directory, `${base}/${name}`)
    }
    if (lock !== 0) sys.mount(null, base, null, flags | MS_BIND | MS_REMOUNT | lock, null)
  })
}
