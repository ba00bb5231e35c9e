import type { CgroupLayout } from "@gantry/linux/cgroup-layout"
import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"

/** How the layout is called: `hybrid` has the controllers in trees of v1, and a tree of v2 beside them. */
export const layoutName = (layout: CgroupLayout): string =>
  layout.version === "v1" && layout.unified !== undefined ? "hybrid" : layout.version

/** Makes a group, limits it and takes it away. */
export const controlGroups = (host: Host): Finding => {
  const subject = "control groups"
  const layout = host.cgroups()
  const name = layoutName(layout)
  if (name === "none") {
    return {
      subject,
      status: "missing",
      found: "none are mounted",
      needed: false,
      costs: "containers have no limits of memory, processors and processes, and cannot be paused",
      mend: "mount -t cgroup2 none /sys/fs/cgroup"
    }
  }
  // What the user has been given of them is looked at by itself.
  if (host.uid !== 0) return fine(subject, name)
  const refused = host.trialGroup()
  if (refused.length === 0) return fine(subject, `${name}: made a group with limits`)
  const readOnly = refused.some(({ reason }) => reason.includes("read-only"))
  return {
    subject,
    status: "degraded",
    found: `${name}, without ${[...new Set(refused.map(({ feature }) => feature))].join(", ")}: ${refused[0]?.reason}`,
    needed: false,
    costs: "containers run, but what is named here does not hold for them",
    mend: mendOf(name, readOnly)
  }
}

const mendOf = (name: string, readOnly: boolean): string => {
  if (readOnly) return "run gantry outside of this container, or mount -o remount,rw /sys/fs/cgroup"
  return name === "v2"
    ? 'echo "+memory +pids +cpu +cpuset +io" > /sys/fs/cgroup/cgroup.subtree_control'
    : "boot with cgroup_enable=memory, or with systemd.unified_cgroup_hierarchy=1"
}

/** What containers want to be limited in. */
const limited = ["memory", "pids", "cpu"]

/** Whether an ordinary user has been given a part of the tree: the group that this process is in. */
export const delegation = (host: Host): Finding => {
  const subject = "delegation of control groups"
  if (host.uid === 0) return fine(subject, "root needs none")
  const costs = "containers of this user have no limits and cannot be paused"
  const part = host.delegated()
  if (part.version === "none") {
    const found = `the group that this process is in is not ${host.user}'s to divide`
    return { subject, status: "missing", found, needed: false, costs, mend: delegating(host) }
  }
  const place = part.version === "v2" ? part.unified.mountPoint : "groups of v1"
  const there =
    part.version === "v2"
      ? (host.read(`${place}/cgroup.controllers`) ?? "").trim().split(" ")
      : part.hierarchies.flatMap(({ controllers }) => controllers)
  const absent = limited.filter((controller) => !there.includes(controller))
  if (absent.length === 0) return fine(subject, `${there.join(", ")} in ${place}`)
  const found = `${place} without ${absent.join(", ")}`
  return {
    subject,
    status: "degraded",
    found,
    needed: false,
    costs,
    mend: `systemctl set-property user@${host.uid}.service Delegate=yes`
  }
}

/** On v1 there is no command: root makes a group in each tree, gives it to the user and puts the user's shell into it. */
const delegating = (host: Host): string =>
  host.cgroups().version === "v2"
    ? `as ${host.user}: systemd-run --user --scope -p Delegate=yes gantry …`
    : "boot with systemd.unified_cgroup_hierarchy=1"
