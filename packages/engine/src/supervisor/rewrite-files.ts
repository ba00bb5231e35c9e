import { closeSync, fstatSync, ftruncateSync, readSync, statfsSync, writeSync } from "node:fs"
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

/** Most bytes of a file that is rewritten: as many as there is room for in the memory where a start makes it. */
const mostBytes = 4 * 1024 * 1024

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
 * somebody has changed is left alone, and so is whatever the container has put in their places or has made of them: no
 * link is followed, only the files in memory that its start has made are written, and none that the container has made
 * very long or left no room for.
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
    const before = contentOf(fd)
    if (before === undefined) return
    const now = before.toString()
    const text = change(now)
    // As it was, should the rest of that memory be full.
    if (text !== now && !put(fd, Buffer.from(text))) put(fd, before)
  } finally {
    closeSync(fd)
  }
}

/** All of a file; undefined when that is more than it may be, or is being written to. */
const contentOf = (fd: number): Buffer | undefined => {
  const { size } = fstatSync(fd)
  if (size > mostBytes) return undefined
  const bytes = Buffer.alloc(size + 1)
  let length = 0
  while (length <= size) {
    const more = readSync(fd, bytes, length, bytes.length - length, length)
    if (more === 0) return bytes.subarray(0, length)
    length += more
  }
  return undefined
}

/** In place: what is mounted there cannot be replaced by another file. False when not all of it finds room. */
const put = (fd: number, bytes: Buffer): boolean => {
  try {
    // As bytes: a position beside a text means nothing under Deno.
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, at)
    ftruncateSync(fd, bytes.length)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return false
    throw error
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
