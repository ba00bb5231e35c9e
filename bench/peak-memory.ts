/**
 * Runs a command and prints as JSON how much memory its processes have had at most, in megabytes: the largest of them,
 * and all of them at one moment. Usage: `node bench/peak-memory.ts PROGRAM [ARGUMENT...]`.
 */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"

const [program = "", ...args] = process.argv.slice(2)
const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] })

/** Milliseconds between two looks. */
const often = 20

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    // The process has ended meanwhile.
    return ""
  }
}

const family = (pid: number): ReadonlyArray<number> => [
  pid,
  ...read(`/proc/${pid}/task/${pid}/children`)
    .split(" ")
    .filter((word) => word !== "")
    .flatMap((word) => family(Number(word)))
]

const kilobytes = (status: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0)

let largest = 0
let together = 0
const timer = setInterval(() => {
  const all = family(child.pid ?? 0).map((pid) => read(`/proc/${pid}/status`))
  largest = Math.max(largest, ...all.map((status) => kilobytes(status, "VmHWM")))
  together = Math.max(
    together,
    all.reduce((sum, status) => sum + kilobytes(status, "RssAnon"), 0)
  )
}, often)

child.on("close", (status) => {
  clearInterval(timer)
  console.log(JSON.stringify({ largest: largest / 1024, together: together / 1024 }))
  process.exitCode = status ?? 1
})
