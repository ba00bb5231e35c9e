import { spawn } from "node:child_process"
import { closeSync, openSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { O_CLOEXEC, POLLIN } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import type { Environment } from "../settings.ts"
import { findProgram } from "../find-program.ts"
import { type HelperName, helperNames } from "./helper-names.ts"
import { helperCommand, tapDevice } from "./network-helpers.ts"

/** How long it may take to be ready, in milliseconds. */
const patience = 10_000

/** How long the device of a helper that has just ended may take to be gone, in milliseconds. */
const farewell = 2000

/** Who is connected with the outside. */
interface Inside {
  readonly env: Environment
  /** The process whose network it is. */
  readonly pid: number
  readonly run: string
  /** The reading end of a pipe that the holder has open to write to: the connection ends with it. */
  readonly end: number
  /** The program that the user wants for it; otherwise the first that is there and can do it. */
  readonly wanted: HelperName | undefined
}

/** Connects the network of a holder with the outside. Returns why that cannot be. */
export const openOutside = ({ wanted, ...inside }: Inside): string | undefined => {
  const names = wanted === undefined ? helperNames : [wanted]
  const there = names.flatMap((name) => {
    const program = findProgram(name, inside.env["PATH"])
    return program === undefined ? [] : [{ name, program }]
  })
  if (there.length === 0) return `there is no ${names.join(" and no ")}`
  awaitNoDevice(inside.pid)
  const problems: Array<string> = []
  for (const { name, program } of there) {
    const problem = openBy(name, program, inside)
    if (problem === undefined) return undefined
    problems.push(`${name}: ${problem}`)
  }
  return problems.join("; ")
}

/** After a holder that was killed its helper may be there for another moment. */
const awaitNoDevice = (pid: number): void => {
  const sys = loadSyscallsSync()
  const end = Date.now() + farewell
  while (Date.now() < end && readFileSync(`/proc/${pid}/net/dev`, "utf8").includes(`${tapDevice}:`)) sys.poll([], 5)
}

const openBy = (name: HelperName, program: string, { end, pid, run }: Omit<Inside, "wanted">): string | undefined => {
  const sys = loadSyscallsSync()
  const complaints = join(run, `${name}.log`)
  const [ready, whenReady] = sys.pipe2(O_CLOEXEC)
  const log = openSync(complaints, "w", 0o600)
  try {
    const [file = "", ...words] = helperCommand(name, { program, pid, run, ipv6: hasIpv6() })
    const child = spawn(file, words, {
      stdio: ["ignore", "ignore", log, end, whenReady],
      detached: true,
      cwd: "/"
    })
    child.on("error", () => undefined)
    child.unref()
    sys.close(whenReady)
    const [told = 0] = sys.poll([{ fd: ready, events: POLLIN }], patience)
    if ((told & POLLIN) !== 0 && sys.read(ready, new Uint8Array(1)) === 1) {
      rmSync(complaints)
      return undefined
    }
    return readFileSync(complaints, "utf8").trim().split("\n").at(-1) || "it was not ready in time"
  } finally {
    closeSync(log)
    sys.close(ready)
  }
}

/** Whether the host has an IPv6 address that is good for more than the link. Spec: /proc/net/if_inet6, scope 00. */
const hasIpv6 = (): boolean => {
  try {
    return /^[0-9a-f]{32} \S+ \S+ 00 \S+ +(?!lo$)\S+$/m.test(readFileSync("/proc/net/if_inet6", "utf8"))
  } catch {
    return false
  }
}
