import { spawn } from "node:child_process"
import { closeSync, openSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { O_CLOEXEC, POLLIN } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { portsSocket } from "@gantry/linux/user-network"
import type { Environment } from "../settings.ts"
import { findProgram } from "../find-program.ts"

/** How long it may take to be ready, in milliseconds. */
const patience = 10_000

/** Who is connected with the outside. */
interface Inside {
  readonly env: Environment
  /** The process whose network it is. */
  readonly pid: number
  readonly run: string
  /** Rules keep it off the host's loopback. */
  readonly guarded: boolean
  /** The reading end of a pipe that the holder has open to write to: the connection ends with it. */
  readonly end: number
}

/** Connects the network of a holder with the outside, by slirp4netns(1). Returns why that cannot be. */
export const openOutside = ({ end, env, guarded, pid, run }: Inside): string | undefined => {
  const program = findProgram("slirp4netns", env["PATH"])
  if (program === undefined) return "there is no slirp4netns"
  const sys = loadSyscallsSync()
  const complaints = join(run, "slirp4netns.log")
  const [ready, whenReady] = sys.pipe2(O_CLOEXEC)
  const log = openSync(complaints, "w", 0o600)
  rmSync(join(run, portsSocket), { force: true })
  try {
    // What slirp4netns has against it would take the answers from published UDP ports along.
    const loopback = guarded ? [] : ["--disable-host-loopback"]
    const options = ["--configure", "--mtu=65520", ...loopback, `--api-socket=${join(run, portsSocket)}`]
    const child = spawn(program, [...options, "--exit-fd=3", "--ready-fd=4", String(pid), "tap0"], {
      stdio: ["ignore", "ignore", log, end, whenReady],
      detached: true,
      cwd: "/"
    })
    child.on("error", () => undefined)
    child.unref()
    sys.close(whenReady)
    const [told = 0] = sys.poll([{ fd: ready, events: POLLIN }], patience)
    const isReady = (told & POLLIN) !== 0 && sys.read(ready, new Uint8Array(1)) === 1
    if (isReady) return undefined
    return `slirp4netns: ${readFileSync(complaints, "utf8").trim().split("\n")[0] || "it was not ready in time"}`
  } finally {
    closeSync(log)
    sys.close(ready)
  }
}
