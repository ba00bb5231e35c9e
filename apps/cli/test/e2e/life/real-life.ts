import { readdirSync, readFileSync } from "node:fs"
import type { Gantry } from "../host/gantry.ts"
import { until } from "../host/until.ts"
import type { Status, Verb } from "./LifeModel.ts"

/** The words of a verb said to one container. */
export const wordsOf = (verb: Verb, name: string): ReadonlyArray<string> => {
  switch (verb) {
    case "stop":
    case "restart":
      return [verb, "-t", "0", name]
    case "update":
      return [verb, "--pids-limit", "60", name]
    case "exec":
      return [verb, name, "true"]
    case "rm -f":
      return ["rm", "-f", name]
    default:
      return [verb, name]
  }
}

/** What a command prints, line by line. */
export const lines = async (gantry: Gantry, ...args: ReadonlyArray<string>): Promise<ReadonlyArray<string>> =>
  (await gantry.ok(...args)).split("\n").filter((line) => line !== "")

/** Numbers of a container's own published ports, sorted, but for 80. */
export const publishedPorts = async (gantry: Gantry, name: string): Promise<ReadonlyArray<number>> =>
  (await lines(gantry, "port", name))
    .map((line) => Number(line.split("/")[0]))
    .filter((port) => port !== 80)
    .toSorted()

/** How a container fares, as `ps` says it; `removing`: whoever removed it was killed. */
export type Seen = Status | "removing"

/** How each container fares. */
export const statuses = async (gantry: Gantry): Promise<ReadonlyMap<string, Seen>> =>
  new Map(
    (await gantry.ok("ps", "-a", "--format", "{{.Names}} {{.State}}"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split(" ") as [string, Seen])
  )

/** A process of the engine. */
export interface Process {
  readonly pid: number
  readonly words: ReadonlyArray<string>
}

/** Processes of the engine that belong to a container: those that keep it, and those that clean up after it. */
const processes = (gantry: Gantry): ReadonlyArray<Process> =>
  readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")
      return words.some((word) => word.startsWith(gantry.root)) ? [{ pid: Number(pid), words }] : []
    } catch {
      // It ended meanwhile.
      return []
    }
  })

/** The processes that keep containers. */
export const supervisors = (gantry: Gantry): ReadonlyArray<Process> =>
  processes(gantry).filter(({ words }) => words.includes("__supervise"))

/** The process that keeps a container, by its whole id. */
export const supervisorOf = (gantry: Gantry, id: string): number | undefined =>
  supervisors(gantry).find(({ words }) => words.some((word) => word.includes(`/containers/${id}`)))?.pid

const isBeingSettled = (gantry: Gantry): boolean => processes(gantry).some(({ words }) => words.includes("__settle"))

/**
 * Waits until nothing is under way: whoever cleans up has done so, and each supervisor keeps a container that runs. After
 * that nothing changes by itself.
 */
export const settled = (gantry: Gantry): Promise<ReadonlyMap<string, Seen>> =>
  until("nothing to be under way", async () => {
    if (isBeingSettled(gantry)) return undefined
    const seen = await statuses(gantry)
    const alive = [...seen.values()].filter((status) => status === "running" || status === "paused").length
    return alive === supervisors(gantry).length && !isBeingSettled(gantry) ? seen : undefined
  })
