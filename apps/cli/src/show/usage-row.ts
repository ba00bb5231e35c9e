import { cpus } from "node:os"
import type { Usage } from "@gantry/core/runtime/Runtime"
import { humanSize } from "./size.ts"
import { shortId } from "./text.ts"

/** What a container used at an instant of a clock that only goes forward, in milliseconds; nothing when it did not run. */
export interface Reading {
  readonly at: number
  readonly usage: Usage | undefined
}

/** A container and two looks at it. */
export interface Measured {
  readonly id: string
  readonly name: string
  readonly before: Reading | undefined
  readonly now: Reading
}

/** Headers of the fields that `stats --format` knows. */
export const usageHeaders = {
  BlockIO: "BLOCK I/O",
  CPUPerc: "CPU %",
  Container: "CONTAINER",
  ID: "CONTAINER ID",
  MemPerc: "MEM %",
  MemUsage: "MEM USAGE / LIMIT",
  Name: "NAME",
  NetIO: "NET I/O",
  PIDs: "PIDS"
} as const

/** The fields that `stats` shows, in this order. */
export const usageColumns = ["ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs"] as const

/** One line of `stats`, by the names that templates use. `--` stands for what nothing on this host counts. */
export const usageRow = ({ before, id, name, now }: Measured, { truncate }: { readonly truncate: boolean }) => {
  const { usage } = now
  const shown = truncate ? shortId(id) : id
  const memory = usage?.memoryBytes
  const limit = usage?.memoryLimitBytes
  return {
    BlockIO: usage === undefined ? "--" : pair(usage.disk?.read, usage.disk?.written),
    CPUPerc: percent(processorShare(before, now)),
    Container: shown,
    ID: shown,
    MemPerc: percent(memory === undefined || limit === undefined || limit === 0 ? undefined : memory / limit),
    MemUsage: memory === undefined || limit === undefined ? "-- / --" : `${binarySize(memory)} / ${binarySize(limit)}`,
    Name: name,
    NetIO: usage === undefined ? "--" : pair(usage.network?.received ?? 0, usage.network?.sent ?? 0),
    PIDs: usage?.processes === undefined ? "--" : `${usage.processes}`
  }
}

/** Processors' worth of work between two looks: 1 is one processor all the time. */
const processorShare = (before: Reading | undefined, { at, usage }: Reading): number | undefined => {
  const earlier = before?.usage?.cpuNanoseconds
  const later = usage?.cpuNanoseconds
  if (before === undefined || earlier === undefined || later === undefined || at <= before.at) return undefined
  return Math.min(Math.max(0, later - earlier) / ((at - before.at) * 1e6), cpus().length)
}

const percent = (share: number | undefined): string => (share === undefined ? "--" : `${(share * 100).toFixed(2)}%`)

const pair = (first: number | undefined, second: number | undefined): string =>
  first === undefined || second === undefined ? "--" : `${humanSize(first)} / ${humanSize(second)}`

const binaryUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]

/** Bytes in binary units with four digits: Docker's measure for memory. */
export const binarySize = (bytes: number): string => {
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < binaryUnits.length - 1) {
    size /= 1024
    unit++
  }
  return `${Number(size.toPrecision(4))}${binaryUnits[unit]}`
}
