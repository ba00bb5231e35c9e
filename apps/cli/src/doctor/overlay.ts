import { existingParent } from "./existing-parent.ts"
import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"
import { namespacesFirst } from "./namespaces.ts"

/** What a container's files are mounted with; with attributes of users, the kernel takes no word on the others. */
const options = ["index=off", "redirect_dir=off", "metacopy=off"]
const userOptions = ["index=off", "userxattr"]

const attempted = (host: Host, inUserNamespace: boolean) =>
  host.run([
    host.find("unshare") ?? "unshare",
    ...(inUserNamespace ? ["--user", "--map-root-user"] : []),
    "--mount",
    "--propagation=private",
    ...host.trial("overlay", existingParent(host), ...(inUserNamespace ? userOptions : options))
  ])

/**
 * Mounts overlays where the store is, in mount namespaces of their own, and writes to them: as root does, and as
 * ordinary users do, in a user namespace. An ordinary user can try the second only.
 */
export const overlay = (host: Host): ReadonlyArray<Finding> =>
  (host.uid === 0 ? [false, true] : [true]).map((inUserNamespace) => {
    const subject = inUserNamespace ? "overlay in user namespaces" : "overlay"
    const needed = inUserNamespace === (host.uid !== 0)
    const { said, status } = attempted(host, inUserNamespace)
    if (status === 0) return fine(subject, `mounted one in ${existingParent(host)} and wrote to it`, needed)
    return {
      subject,
      status: "missing",
      found: said,
      needed,
      costs: needed
        ? "images cannot be built, and containers have no files to stand on"
        : "ordinary users have no containers on this file system",
      mend: mendOf(host, inUserNamespace, said)
    }
  })

const mendOf = (host: Host, inUserNamespace: boolean, said: string): string => {
  const first = namespacesFirst(said)
  if (first !== undefined) return first
  const place = existingParent(host)
  if (/EROFS|read-only/i.test(said)) return `mount -o remount,rw ${place}, or use another --root`
  if (/ENOSPC|no space/i.test(said)) return "gantry system prune, or use another --root"
  if (/EACCES|permission denied/i.test(said)) return `chown ${host.user} ${place}, or use another --root`
  if (!/\boverlay$/m.test(host.read("/proc/filesystems") ?? "")) return "modprobe overlay"
  if (inUserNamespace && /EPERM|not permitted/i.test(said))
    return "use a kernel from 5.11 on, and allow user namespaces"
  return "use another --root, on ext4, xfs or btrfs"
}
