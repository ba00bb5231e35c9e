import { readdirSync, readlinkSync, rmSync, rmdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { loadSyscallsSync } from "@gantry/linux/load"
import { withLinks } from "@gantry/linux/netlink/link"
import { identify } from "@gantry/linux/process-identity"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { readHolder } from "./holder-file.ts"
import { portsSocket } from "./outside.ts"

/** How often the holder looks whether anybody still needs it, in milliseconds. */
const lookEvery = 15_000

/**
 * `gantry __hold <run directory>`: root of an ordinary user's namespaces, which live as long as it. It is started by
 * unshare(1), and ends when nothing else has been in them for a while.
 */
export const hold = ([run = ""]: ReadonlyArray<string>): void => {
  const sys = loadSyscallsSync()
  for (const signal of ["SIGHUP", "SIGINT"]) process.on(signal, () => undefined)
  withLinks(sys, (links) => links.setLinkUp("lo"))
  // What is shown of network devices is what the mount's maker has; the host's are not the ones here.
  mountSys(sys)
  process.stdout.write(`${identify("self")?.startTime ?? 0}\n`)
  const own = readlinkSync("/proc/self/ns/user")
  let idle = 0
  for (;;) {
    sys.poll([], lookEvery)
    idle = othersIn(own) ? 0 : idle + 1
    if (idle === 2) break
  }
  leaveNothing(run)
}

const mountSys = (sys: Syscalls): void => {
  try {
    sys.mount("sysfs", "/sys", "sysfs", 0, null)
  } catch {
    // Somewhere below the host's something is hidden that may not be uncovered.
  }
}

/** Whether a process besides this one is in the user namespace. */
const othersIn = (namespace: string): boolean =>
  readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false
    try {
      return readlinkSync(`/proc/${name}/ns/user`) === namespace
    } catch {
      return false
    }
  })

const leaveNothing = (run: string): void => {
  if (readHolder(run)?.pid !== process.pid) return
  for (const name of ["holder.json", "holder.lock", "slirp4netns.log"]) rmSync(join(run, name), { force: true })
  rmSync(portsSocket(run), { force: true })
  for (const directory of [run, dirname(run)]) {
    try {
      rmdirSync(directory)
    } catch {
      return
    }
  }
}
