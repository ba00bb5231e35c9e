import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { basename } from "node:path"
import { inTheWay, parseSockets } from "./proc-net.ts"

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return undefined
  }
}

const names = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory)
  } catch {
    // The process has ended, or belongs to somebody whose descriptors we may not see.
    return []
  }
}

const target = (path: string): string | undefined => {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** The file that runs, because a program may call itself anything. */
const programOf = (pid: string): string => {
  const file = target(`/proc/${pid}/exe`)?.replace(/ \(deleted\)$/, "")
  return file === undefined ? (read(`/proc/${pid}/comm`)?.trim() ?? "?") : basename(file)
}

/**
 * The process that has a port of the host, in words: `process 812 (nginx)`. None when it cannot be seen: it ended, it
 * belongs to somebody else, or it lives in another pid namespace.
 *
 * Takes milliseconds on a busy host, so it is asked only after a bind has failed.
 */
export const findHolder = (protocol: string, hostIp: string, port: number): string | undefined => {
  const sockets = [protocol, `${protocol}6`].flatMap((table) => parseSockets(read(`/proc/net/${table}`) ?? ""))
  const wanted = new Set(inTheWay(sockets, hostIp, port).map(({ inode }) => `socket:[${inode}]`))
  if (wanted.size === 0) return undefined
  for (const pid of names("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const fd of names(`/proc/${pid}/fd`)) {
      if (!wanted.has(target(`/proc/${pid}/fd/${fd}`) ?? "")) continue
      return `process ${pid} (${programOf(pid)})`
    }
  }
  return undefined
}
