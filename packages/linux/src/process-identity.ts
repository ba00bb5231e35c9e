import { readFileSync } from "node:fs"

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks after boot. */
  readonly startTime: number
}

/** What a stat line says. */
export interface ProcessStat extends ProcessIdentity {
  readonly comm: string
  /** `R`, `S`, `D`, `Z` (ended, not yet waited for) ... */
  readonly state: string
  readonly parent: number
}

/** Reads /proc/[pid]/stat. The command's name may contain anything, also spaces, parentheses and newlines. */
export const parseStat = (text: string): ProcessStat | undefined => {
  const open = text.indexOf("(")
  const close = text.lastIndexOf(")")
  if (open === -1 || close < open) return undefined
  // Counted from the state, which is field 3: the parent is field 4 and the start time field 22 (proc(5)).
  const rest = text
    .slice(close + 2)
    .trim()
    .split(/\s+/)
  const [state = "", parent = ""] = rest
  const startTime = rest[19]
  if (startTime === undefined) return undefined
  const stat = { pid: Number(text.slice(0, open)), startTime: Number(startTime), parent: Number(parent) }
  return Object.values(stat).every(Number.isSafeInteger)
    ? { ...stat, state, comm: text.slice(open + 1, close) }
    : undefined
}

/** What the kernel says about a process; undefined when there is none. */
export const readStat = (pid: number | "self"): ProcessStat | undefined => {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return undefined
  }
}

/** Who a process is; undefined when there is none. */
export const identify = (pid: number | "self"): ProcessIdentity | undefined => {
  const stat = readStat(pid)
  return stat === undefined ? undefined : { pid: stat.pid, startTime: stat.startTime }
}

/** Whether that very process still runs. One that has ended but was not waited for does not. */
export const isAlive = ({ pid, startTime }: ProcessIdentity): boolean => {
  const stat = readStat(pid)
  return stat !== undefined && stat.startTime === startTime && stat.state !== "Z" && stat.state !== "X"
}

/** Whether that very process stands still because of SIGSTOP, until SIGCONT. */
export const isStopped = ({ pid, startTime }: ProcessIdentity): boolean => {
  const stat = readStat(pid)
  return stat !== undefined && stat.startTime === startTime && stat.state === "T"
}

let boot: string | undefined

/** The kernel's random name of this boot: a number and a start time mean nothing in the next. */
export const bootId = (): string => (boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim())
