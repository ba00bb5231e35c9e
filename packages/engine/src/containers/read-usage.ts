import { readFileSync, readlinkSync } from "node:fs"
import { totalmem } from "node:os"
import type { Usage } from "@gantry/core/runtime/Runtime"
import type { CgroupUsage } from "@gantry/linux/cgroup"

/** What a group and the network of its first process say, together. */
export const usageOf = (group: CgroupUsage, pid: number): Usage => ({
  memoryBytes: group.memoryBytes,
  memoryLimitBytes:
    group.memoryBytes === undefined ? undefined : Math.min(group.memoryLimitBytes ?? Infinity, totalmem()),
  cpuNanoseconds: group.cpuNanoseconds,
  processes: group.processes,
  network: trafficOf(pid),
  disk: group.disk
})

/** Traffic in the network namespace of a process; undefined when that is the host's, or it has ended. */
const trafficOf = (pid: number): Usage["network"] => {
  try {
    if (readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync("/proc/self/ns/net")) return undefined
    return parseTraffic(readFileSync(`/proc/${pid}/net/dev`, "utf8"))
  } catch {
    return undefined
  }
}

/** The sum over all links but loopback. Spec: proc(5), /proc/net/dev. */
export const parseTraffic = (text: string): { readonly received: number; readonly sent: number } => {
  const links = text.split("\n").flatMap((line) => {
    const [, name = "", counters = ""] = /^\s*(\S+):\s*(.*)$/.exec(line) ?? []
    const numbers = counters.split(/\s+/).map(Number)
    return name === "" || name === "lo" ? [] : [{ received: numbers[0] ?? 0, sent: numbers[8] ?? 0 }]
  })
  return {
    received: links.reduce((sum, { received }) => sum + received, 0),
    sent: links.reduce((sum, { sent }) => sum + sent, 0)
  }
}
