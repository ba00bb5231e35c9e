import { closeSync, fstatSync, ftruncateSync, readFileSync, statfsSync, writeSync } from "node:fs"
import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_NONBLOCK,
  O_PATH,
  O_RDWR,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS
} from "@gantry/linux/constants"
import { placeOf, reopened } from "@gantry/linux/reopened"
import { SyscallError } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import type { Connected } from "./rewire.ts"

/** What statfs(2) says of files that are kept in memory. */
const tmpfs = 0x01021994

const linesOf = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line !== "")

/**
 * A hosts file that says what it is to say from now on, and still what somebody has written into it besides: lines of
 * ours that are not wanted any more go, and new ones come at the end. Pure.
 */
export const amendHosts = (now: string, before: string, after: string): string => {
  const [old, wanted] = [linesOf(before), linesOf(after)]
  const gone = new Set(old.filter((line) => !wanted.includes(line)))
  const kept = now.split("\n").filter((line) => !gone.has(line))
  const fresh = wanted.filter((line) => !old.includes(line) && !kept.includes(line))
  const text = kept.join("\n")
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${fresh.map((line) => `${line}\n`).join("")}`
}

/**
 * Brings `/etc/hosts` and `/etc/resolv.conf` of a running container to what they say from now on. A resolv.conf that
 * somebody has changed is left alone, and so is whatever the container has put in their places: no link is followed, and
 * only the files in memory that its start has made are written.
 */
export const rewriteFiles = (sys: Syscalls, pid: number, before: Connected, after: Connected): void => {
  const root = sys.open(`/proc/${pid}/root`, O_PATH | O_DIRECTORY | O_CLOEXEC)
  try {
    const rewrite = (name: string, change: (now: string) => string) => {
      if (!after.mounts.some(({ target }) => target === `/etc/${name}`)) rewriteOne(sys, root, `etc/${name}`, change)
    }
    const [hosts, resolvConf] = [before.files.hosts, before.files.resolvConf]
    rewrite("hosts", (now) => amendHosts(now, hosts ?? "", after.files.hosts ?? hosts ?? ""))
    rewrite("resolv.conf", (now) => (now === resolvConf ? (after.files.resolvConf ?? now) : now))
  } finally {
    sys.close(root)
  }
}

const rewriteOne = (sys: Syscalls, root: number, path: string, change: (now: string) => string): void => {
  const found = openFile(sys, root, path)
  if (found === undefined) return
  const fd = reopened(sys, found, O_RDWR | O_NONBLOCK)
  try {
    if (!fstatSync(fd).isFile() || statfsSync(placeOf(fd)).type !== tmpfs) return
    const now = readFileSync(fd, "utf8")
    const text = change(now)
    if (text === now) return
    // In place: what is mounted there cannot be replaced by another file.
    ftruncateSync(fd, 0)
    // As bytes: a position beside a text means nothing under Deno.
    const bytes = Buffer.from(text)
    writeSync(fd, bytes, 0, bytes.length, 0)
  } finally {
    closeSync(fd)
  }
}

/** None where no file of ours can be: it is gone, a link stands in the way, or it cannot be written. */
const openFile = (sys: Syscalls, root: number, path: string): number | undefined => {
  try {
    return sys.openat2(root, path, {
      flags: O_RDWR | O_NONBLOCK | O_CLOEXEC,
      resolve: RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
    })
  } catch (error) {
    if (error instanceof SyscallError) return undefined
    throw error
  }
}
