import { readFileSync } from "node:fs"

/** One mount of a process. Spec: proc(5), /proc/[pid]/mountinfo. */
export interface MountInfo {
  readonly id: number
  /** The mount under which it lies; its own id, or one that is not listed, for the top. */
  readonly parent: number
  readonly major: number
  readonly minor: number
  /** The directory of the file system that is shown. */
  readonly root: string
  readonly mountPoint: string
  /** Of this mount: `rw`, `nosuid` ... */
  readonly options: ReadonlyArray<string>
  /** Propagation: `shared:2`, `master:1`; empty when private. */
  readonly propagation: ReadonlyArray<string>
  readonly fstype: string
  readonly source: string
  /** Of the file system: `rw`, `lowerdir=...` ... */
  readonly superOptions: ReadonlyArray<string>
}

/** Undoes the kernel's octal escapes, such as `\040` for a space. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

const parseLine = (line: string): MountInfo | undefined => {
  const words = line.split(" ")
  const dash = words.indexOf("-", 6)
  const [id, parent, device = "", root, mountPoint, options = ""] = words
  if (dash === -1 || root === undefined || mountPoint === undefined) return undefined
  const [major, minor] = device.split(":")
  const [fstype = "", source = "", superOptions = ""] = words.slice(dash + 1)
  return {
    id: Number(id),
    parent: Number(parent),
    major: Number(major),
    minor: Number(minor),
    root: unescaped(root),
    mountPoint: unescaped(mountPoint),
    options: options.split(","),
    propagation: words.slice(6, dash),
    fstype: unescaped(fstype),
    source: unescaped(source),
    superOptions: unescaped(superOptions).split(",")
  }
}

/** The mounts in a mountinfo text, in its order: later ones lie over earlier ones. Lines of another form are left out. */
export const parseMountInfo = (text: string): ReadonlyArray<MountInfo> =>
  text
    .split("\n")
    .map(parseLine)
    .filter((mount) => mount !== undefined)

/** The mounts that a process sees. Throws when there is no such process. */
export const readMountInfo = (pid: number | "self" = "self"): ReadonlyArray<MountInfo> =>
  parseMountInfo(readFileSync(`/proc/${pid}/mountinfo`, "utf8"))

/** The mount that a path lies on: of those above it the deepest, and of several at one place the latest. */
export const mountOf = (mounts: ReadonlyArray<MountInfo>, path: string): MountInfo | undefined =>
  mounts
    .filter(({ mountPoint }) => mountPoint === "/" || path === mountPoint || path.startsWith(`${mountPoint}/`))
    .reduce<MountInfo | undefined>(
      (deepest, each) =>
        deepest === undefined || each.mountPoint.length >= deepest.mountPoint.length ? each : deepest,
      undefined
    )
