import { readFileSync, statSync } from "node:fs"
import type { ProcessInfo } from "@gantry/core/runtime/Runtime"
import { deviceNumbers } from "@gantry/linux/memory"
import { parseStat } from "@gantry/linux/process-identity"

/** Clock ticks a second in /proc: the kernel's own number may differ, the one it shows user space does not. Spec: proc(5). */
const ticks = 100

const majorOfPts = 136

/** When this machine was started, in milliseconds since 1970. */
export const bootTime = (): number => {
  const found = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))
  return Number(found?.[1] ?? 0) * 1000
}

/** What the kernel says of a process; undefined when it has ended. Spec: proc(5). */
export const readProcess = (pid: number, boot: number): ProcessInfo | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8")
    const stat = parseStat(text)
    if (stat === undefined) return undefined
    // Counted from field 3, the state: terminal 7, user time 14, system time 15.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
    const number = (field: number) => Number(fields[field - 3] ?? 0)
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1)
    return {
      pid,
      parent: stat.parent,
      uid: statSync(`/proc/${pid}`).uid,
      startedAt: boot + (stat.startTime * 1000) / ticks,
      cpuMs: ((number(14) + number(15)) * 1000) / ticks,
      terminal: terminalName(number(7)),
      argv: words.length === 0 ? [`[${stat.comm}]`] : words
    }
  } catch (error) {
    // It has ended meanwhile.
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT" || code === "ESRCH") return undefined
    throw error
  }
}

/** The name of a terminal from its device number. */
const terminalName = (device: number): string => {
  const { major, minor } = deviceNumbers(device)
  if (device === 0) return ""
  return major === majorOfPts ? `pts/${minor}` : `tty${minor}`
}
