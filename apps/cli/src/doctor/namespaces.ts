import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"
import { installCommand } from "./install-command.ts"

const kinds = ["mount", "pid", "ipc", "uts", "net", "cgroup"] as const

/** A command that does nothing, wherever a shell is. */
const nothing = ["/bin/sh", "-c", ":"]

/** What forbids user namespaces, by the file that says so. */
const locks: ReadonlyArray<readonly [path: string, forbids: RegExp, mend: string]> = [
  ["/proc/sys/user/max_user_namespaces", /^0$/, "sysctl -w user.max_user_namespaces=15000"],
  ["/proc/sys/kernel/unprivileged_userns_clone", /^0$/, "sysctl -w kernel.unprivileged_userns_clone=1"],
  [
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    /^[1-9]/,
    "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
  ]
]

/** Makes a namespace of each kind, as the start of a container does. */
export const namespaces = (host: Host): Finding => {
  const subject = "namespaces"
  const unshare = host.find("unshare")
  if (unshare === undefined) {
    return {
      subject,
      status: "missing",
      found: "there is no unshare to make one with",
      needed: true,
      costs: "containers do not start",
      mend: installCommand(host, { debian: "util-linux" })
    }
  }
  // An ordinary user owns the others only inside a user namespace.
  const inside = host.uid === 0 ? [] : ["--user", "--map-root-user"]
  const refused = kinds.flatMap((kind) => {
    const { said, status } = host.run([unshare, ...inside, `--${kind}`, "--fork", ...nothing])
    return status === 0 ? [] : [{ kind, said }]
  })
  if (refused.length === 0) return fine(subject, `${kinds.join(", ")}: made one of each`, true)
  return {
    subject,
    status: "missing",
    found: [...Map.groupBy(refused, ({ said }) => said)]
      .map(([said, those]) => `${those.map(({ kind }) => kind).join(", ")}: ${said}`)
      .join("; "),
    needed: true,
    costs: "containers do not start",
    mend:
      host.uid === 0
        ? "use a kernel with CONFIG_NAMESPACES, or run gantry outside of this sandbox"
        : (lockOf(host) ?? "ask root to allow user namespaces")
  }
}

/** Makes a user namespace. Root needs none; containers of ordinary users stand in one. */
export const userNamespaces = (host: Host): Finding => {
  const subject = "user namespaces"
  const { said, status } = host.run([host.find("unshare") ?? "unshare", "--user", "--map-root-user", ...nothing])
  const forbidden = lockOf(host)
  if (status === 0 && (host.uid !== 0 || forbidden === undefined)) {
    return fine(subject, "made one", host.uid !== 0)
  }
  return {
    subject,
    status: status === 0 ? "degraded" : "missing",
    found: status === 0 ? "root may make them, ordinary users may not" : said,
    needed: host.uid !== 0,
    costs: "ordinary users have no containers",
    mend: forbidden ?? "use a kernel with CONFIG_USER_NS, or run gantry outside of this sandbox"
  }
}

/** What mends an attempt that did not even get its namespaces; undefined when it had them and failed itself. */
export const namespacesFirst = (said: string): string | undefined =>
  /\bunshare failed/.test(said) ? "mend the namespaces first, see there" : undefined

const lockOf = (host: Host): string | undefined =>
  locks.find(([path, forbids]) => forbids.test(host.read(path)?.trim() ?? ""))?.[2]
