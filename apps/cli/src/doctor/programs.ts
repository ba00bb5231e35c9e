import { helperNames } from "../rootless/helper-names.ts"
import { type Finding, fine } from "./Finding.ts"
import type { Host } from "./Host.ts"
import { installCommand, type PackageNames } from "./install-command.ts"

/** A program of the host that the engine starts. One of several will do, the first that is there is used. */
interface Helper {
  readonly subject: string
  readonly any: ReadonlyArray<string>
  readonly costs: string
  readonly from: PackageNames
  /** Who cannot do without: everybody, or nobody. */
  readonly needed?: true
  /** Only ordinary users want it. */
  readonly users?: true
}

const helpers: ReadonlyArray<Helper> = [
  {
    subject: "setpriv",
    any: ["setpriv"],
    costs: "containers do not start",
    from: { debian: "util-linux", alpine: "setpriv" },
    needed: true
  },
  {
    subject: "nsenter",
    any: ["nsenter"],
    costs: "no --pid or --ipc of other containers; ordinary users cannot start gantry",
    from: { debian: "util-linux" }
  },
  { subject: "sh", any: ["sh"], costs: "containers do not start", from: { debian: "dash" }, needed: true },
  { subject: "ps", any: ["ps"], costs: "gantry top shows nothing", from: { debian: "procps", fedora: "procps-ng" } },
  {
    subject: "git",
    any: ["git"],
    costs: "no builds from repositories, no ADD of them",
    from: { debian: "git" }
  },
  {
    subject: "xz",
    any: ["xz"],
    costs: "archives packed with xz cannot be read",
    from: { debian: "xz-utils", fedora: "xz", alpine: "xz", arch: "xz", suse: "xz" }
  },
  { subject: "bzip2", any: ["bzip2"], costs: "archives packed with bzip2 cannot be read", from: { debian: "bzip2" } },
  {
    subject: "newuidmap",
    any: ["newuidmap"],
    costs: "containers of ordinary users have one user id",
    from: { debian: "uidmap", fedora: "shadow-utils", alpine: "shadow-uidmap", arch: "shadow", suse: "shadow" },
    users: true
  },
  {
    subject: "newgidmap",
    any: ["newgidmap"],
    costs: "containers of ordinary users have one group id",
    from: { debian: "uidmap", fedora: "shadow-utils", alpine: "shadow-uidmap", arch: "shadow", suse: "shadow" },
    users: true
  },
  {
    subject: helperNames.join(" or "),
    any: helperNames,
    costs: "containers of ordinary users have no way out of their networks",
    from: { debian: "slirp4netns" },
    users: true
  }
]

/** Looks for each program that the engine starts. */
export const programs = (host: Host): ReadonlyArray<Finding> =>
  helpers.map(({ any, costs, from, needed = false, subject, users = false }) => {
    const places = any.flatMap((name) => {
      const place = host.find(name)
      return place === undefined ? [] : [place]
    })
    const [first] = places
    if (first === undefined) {
      const found = `not on this machine${users && host.uid === 0 ? "; root needs none" : ""}`
      // What only ordinary users want is no trouble of root's.
      return {
        subject,
        status: users && host.uid === 0 ? "degraded" : "missing",
        found,
        needed,
        costs,
        mend: installCommand(host, from)
      }
    }
    return fine(subject, places.join(", "), needed)
  })
