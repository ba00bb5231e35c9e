import { readFileSync, readlinkSync } from "node:fs"

/**
 * Which process made something that must not outlive it: `<boot>-<pid>-<start>`, with the first eight characters of the
 * kernel's boot id and the start time in clock ticks, so that neither a reused pid nor a reboot revives an owner.
 */
export type Owner = string

let boot: string | undefined

/** The kernel's random name of this boot. */
export const bootId = (): string => (boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim())

/** The start time of a process in clock ticks since the boot; none when there is no such process. Spec: proc(5). */
const startOf = (pid: string): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    // The name in parentheses may hold spaces and parentheses; the fields are counted behind it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]
  } catch {
    return undefined
  }
}

let self: Owner | undefined
let count = 0

/** This process. */
export const ownSelf = (): Owner => {
  if (self === undefined) {
    const pid = readlinkSync("/proc/self")
    self = `${bootId().slice(0, 8)}-${pid}-${startOf(pid) ?? "0"}`
  }
  return self
}

/** A name that nobody else makes: the owner, and a number. */
export const ownName = (): string => `${ownSelf()}-${count++}`

/** Whether the process that a name begins with still runs. A name that begins with no owner has none. */
export const isOwned = (name: string): boolean => {
  const [ofBoot, pid, start] = name.split("-")
  if (ofBoot !== bootId().slice(0, 8) || pid === undefined || !/^\d+$/.test(pid)) return false
  return startOf(pid) === start
}
