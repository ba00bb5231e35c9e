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
  const refused = host.trialGroup()
  if (refused.length === 0) return fine(subject, `${name}: made a group with limits`)
  const readOnly = refused.some(({ reason }) => reason.includes("read-only"))
  return {
    subject,
    status: "degraded",
    found: `${name}, without ${[...new Set(refused.map(({ feature }) => feature))].join(", ")}: ${refused[0]?.reason}`,
    needed: false,
    costs: "containers run, but what is named here does not hold for them",
    mend: mendOf(host, name, readOnly)
  }
}

const mendOf = (host: Host, name: string, readOnly: boolean): string => {
  if (readOnly) return "run gantry outside of this container, or mount -o remount,rw /sys/fs/cgroup"
  if (host.uid !== 0) return name === "v2" ? delegating(host.uid) : "boot with systemd.unified_cgroup_hierarchy=1"
  return name === "v2"
    ? 'echo "+memory +pids +cpu +cpuset +io" > /sys/fs/cgroup/cgroup.subtree_control'
    : "boot with cgroup_enable=memory, or with systemd.unified_cgroup_hierarchy=1"
}

const delegating = (uid: number): string => `systemctl set-property user@${uid}.service Delegate=yes`

/** Whether an ordinary user has been given a part of the tree. Only v2 can give one safely. */
export const delegation = (host: Host): Finding => {
  const subject = "delegation of control groups"
  if (host.uid === 0) return fine(subject, "root needs none")
  const layout = host.cgroups()
  const costs = "containers of this user have no limits"
  if (layout.version !== "v2") {
    const mend = "boot with systemd.unified_cgroup_hierarchy=1"
    return { subject, status: "missing", found: "only cgroups v2 has it", needed: false, costs, mend }
  }
  const { mountPoint, own } = layout.unified
  const parts = own.split("/")
  // The user's service is what is given away; everything below belongs to the user.
  const at = parts.findIndex((part) => part === `user@${host.uid}.service`)
  const place = at === -1 ? `${mountPoint}${own}` : `${mountPoint}${parts.slice(0, at + 1).join("/")}`
  const there = (host.read(`${place}/cgroup.controllers`) ?? "").trim().split(" ")
  const absent = ["memory", "pids", "cpu"].filter((controller) => !there.includes(controller))
  if (at !== -1 && absent.length === 0) return fine(subject, `${there.join(", ")} in ${place}`)
  return {
    subject,
    status: at === -1 ? "missing" : "degraded",
    found: at === -1 ? `${own} is not a session of systemd's` : `${place} has no ${absent.join(", ")}`,
    needed: false,
    costs,
    mend: delegating(host.uid)
  }
}
