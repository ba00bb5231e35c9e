import type { ProcessInfo } from "@gantry/core/runtime/Runtime"
import { table } from "./table.ts"

/** Columns of top stand wider apart than those of other tables: Docker's measure. */
const leastWidth = 20

const headers = ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]

/** Processes as `ps -ef` shows them, with numbers for users: the host's names say nothing about a container. */
export const processTable = (processes: ReadonlyArray<ProcessInfo>, now: number): ReadonlyArray<string> =>
  table(
    headers,
    processes.map(({ argv, cpuMs, parent, pid, startedAt, terminal, uid }) => [
      uid === 0 ? "root" : `${uid}`,
      `${pid}`,
      `${parent}`,
      `${Math.min(99, Math.trunc((cpuMs * 100) / Math.max(1, now - startedAt)))}`,
      startTime(startedAt, now),
      terminal === "" ? "?" : terminal,
      clock(cpuMs),
      argv.join(" ")
    ]),
    { leastWidth }
  )

/** `14:05` today, `Nov03` earlier this year, the year before that. */
const startTime = (at: number, now: number): string => {
  const [then, today] = [new Date(at), new Date(now)]
  if (then.toDateString() === today.toDateString()) {
    return `${`${then.getHours()}`.padStart(2, "0")}:${`${then.getMinutes()}`.padStart(2, "0")}`
  }
  if (then.getFullYear() !== today.getFullYear()) return `${then.getFullYear()}`
  const month = "JanFebMarAprMayJunJulAugSepOctNovDec".slice(then.getMonth() * 3, then.getMonth() * 3 + 3)
  return `${month}${`${then.getDate()}`.padStart(2, "0")}`
}

const clock = (milliseconds: number): string => {
  const seconds = Math.trunc(milliseconds / 1000)
  return [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((each) => `${Math.trunc(each)}`.padStart(2, "0"))
    .join(":")
}
