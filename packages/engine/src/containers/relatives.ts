import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { readStat } from "@gantry/linux/process-identity"

/** The namespace of a process' numbers, as a name that others in it have too; undefined when the process has ended. */
const numbersOf = (pid: number): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return undefined
  }
}

/** Whether a process is number 1 where it lives. Spec: proc_pid_status(5), NSpid. */
const isFirst = (pid: number): boolean => {
  try {
    return /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return false
  }
}

/**
 * Numbers of the other processes of a container that has no control group, by its first process: those that are numbered
 * where it is number 1. In numbers that are shared with others only those count that it started, and that those started.
 */
export const relativesOf = (first: number): ReadonlyArray<number> => {
  const all = readdirSync("/proc").flatMap((name) =>
    /^\d+$/.test(name) && Number(name) !== first ? [Number(name)] : []
  )
  if (isFirst(first)) {
    const own = numbersOf(first)
    return own === undefined ? [] : all.filter((pid) => numbersOf(pid) === own)
  }
  const parents = new Map(all.map((pid) => [pid, readStat(pid)?.parent]))
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && (parents.get(pid) === first || descends(parents.get(pid)))
  return all.filter(descends)
}
