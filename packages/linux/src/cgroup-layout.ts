import { readFileSync } from "node:fs"
import { delegatedPart, isMarked, isOwned } from "./cgroup-delegated.ts"
import { ownDirectory } from "./cgroup-files.ts"
import { type MountInfo, parseMountInfo } from "./mounts.ts"
import { rootless } from "./rootless.ts"

/** One cgroup tree. */
export interface Hierarchy {
  /** Where it is mounted. */
  readonly mountPoint: string
  /** v1 controllers of this tree; empty for a named tree without any. */
  readonly controllers: ReadonlyArray<string>
  /** The group of this process, from the mount point on; undefined when it is in none below that. */
  readonly own: string | undefined
  /** Mounted read-only, as in most containers. */
  readonly readOnly: boolean
}

/**
 * Which cgroups a machine has. `v2`: one tree for everything. `v1`: a tree for each controller, and in hybrid mode a
 * v2 tree without controllers beside them. `none`: nothing is mounted.
 */
export type CgroupLayout =
  | { readonly version: "v2"; readonly unified: Hierarchy }
  | {
      readonly version: "v1"
      readonly hierarchies: ReadonlyArray<Hierarchy>
      readonly unified: Hierarchy | undefined
      /** Where named trees without controllers are mounted, such as systemd's. */
      readonly named: ReadonlyArray<string>
    }
  | { readonly version: "none" }

/** One line of /proc/[pid]/cgroup: the v2 tree has no controllers and the id 0. */
export interface Membership {
  readonly id: number
  readonly controllers: ReadonlyArray<string>
  readonly path: string
}

/** Reads /proc/[pid]/cgroup. Spec: cgroups(7). */
export const parseMemberships = (text: string): ReadonlyArray<Membership> =>
  text
    .split("\n")
    .map((line) => /^(\d+):([^:]*):(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, id, controllers = "", path = ""]) => ({
      id: Number(id),
      controllers: controllers === "" ? [] : controllers.split(","),
      path
    }))

/** Every v1 controller that there has been: what else stands among the options of a cgroup mount is no controller. */
const v1Controllers = new Set(
  "blkio cpu cpuacct cpuset devices freezer hugetlb memory misc net_cls net_prio perf_event pids rdma".split(" ")
)

/** Finds the trees. A tree that is mounted twice counts once, where it was mounted first. */
export const layoutOf = (mounts: ReadonlyArray<MountInfo>, memberships: ReadonlyArray<Membership>): CgroupLayout => {
  const ownOf = (controllers: ReadonlyArray<string>) =>
    memberships.find(({ controllers: names, id }) =>
      controllers.length === 0 ? id === 0 : controllers.some((name) => names.includes(name))
    )?.path ?? "/"
  const hierarchy = ({ mountPoint, options }: MountInfo, controllers: ReadonlyArray<string>): Hierarchy => ({
    mountPoint,
    controllers,
    own: ownOf(controllers),
    readOnly: options.includes("ro")
  })
  const second = mounts.find(({ fstype }) => fstype === "cgroup2")
  const unified = second === undefined ? undefined : hierarchy(second, [])
  const named: Array<string> = []
  const seen = new Set<string>()
  const hierarchies: Array<Hierarchy> = []
  for (const mount of mounts) {
    if (mount.fstype !== "cgroup") continue
    const controllers = mount.superOptions.filter((option) => v1Controllers.has(option) && !seen.has(option))
    for (const controller of controllers) seen.add(controller)
    if (controllers.length > 0) hierarchies.push(hierarchy(mount, controllers))
    else if (mount.superOptions.some((option) => option.startsWith("name="))) named.push(mount.mountPoint)
  }
  if (hierarchies.length > 0) return { version: "v1", hierarchies, unified, named }
  return unified === undefined ? { version: "none" } : { version: "v2", unified }
}

const membershipsOf = (process: number | "self"): string => readFileSync(`/proc/${process}/cgroup`, "utf8")

const layoutBy = (memberships: string): CgroupLayout =>
  layoutOf(parseMountInfo(readFileSync("/proc/self/mountinfo", "utf8")), parseMemberships(memberships))

/** The cgroups of this machine as this process sees them, whoever may divide them. */
export const hostCgroups = (): CgroupLayout => layoutBy(membershipsOf("self"))

/**
 * The cgroups of this machine that this process may divide. An ordinary user has what was delegated to the process that
 * holds the user's namespaces, whichever session a command comes from.
 */
export const detectCgroups = (): CgroupLayout => {
  const here = rootless()
  if (here === undefined) return hostCgroups()
  const holders = membershipsOf(here.holder)
  const part = delegatedPart(layoutBy(holders), (directory, held) =>
    held ? isOwned(directory, 0) : isMarked(directory, 0)
  )
  return membershipsOf("self") === holders ? part : withoutOwn(part)
}

/** The same trees for a process that is in other groups. */
const withoutOwn = (layout: CgroupLayout): CgroupLayout => {
  if (layout.version === "none") return layout
  if (layout.version === "v2") return { ...layout, unified: { ...layout.unified, own: undefined } }
  return { ...layout, hierarchies: layout.hierarchies.map((hierarchy) => ({ ...hierarchy, own: undefined })) }
}

/** Directories of the groups that a process is in, as far as an ordinary user may put others there. */
export const groupsOf = (process: number): ReadonlyArray<string> => {
  const layout = layoutBy(membershipsOf(process))
  const hierarchies = layout.version === "v1" ? layout.hierarchies : layout.version === "v2" ? [layout.unified] : []
  return hierarchies
    .map(ownDirectory)
    .filter((directory) => directory !== undefined)
    .filter((directory) => isOwned(directory, 0))
}
