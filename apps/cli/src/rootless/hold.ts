import { mkdirSync, readFileSync, readlinkSync, rmSync, rmdirSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { connect, connectAction } from "@gantry/engine/supervisor/wiring"
import { delegatedPart, holderGroup, isDelegated } from "@gantry/linux/cgroup-delegated"
import { detectCgroups } from "@gantry/linux/cgroup-layout"
import { AF_UNIX, POLLIN, SOCK_CLOEXEC, SOCK_STREAM } from "@gantry/linux/constants"
import { loadSyscallsSync } from "@gantry/linux/load"
import { withLinks } from "@gantry/linux/netlink/link"
import { identify } from "@gantry/linux/process-identity"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { unixAddress } from "@gantry/linux/unix-socket"
import { type HolderAnswer, holderSocket } from "@gantry/linux/user-network"
import { writeAll } from "@gantry/linux/write-all"
import { helperNames } from "./helper-names.ts"
import { findProcess, forgetWhenAlone, readHolder, withHolderLock } from "./holder-file.ts"

/** How often the holder looks whether anybody still needs it, in milliseconds; it ends after the second look in vain. */
const lookEvery = 15_000

/** How long who connects may take to say what it wants, in milliseconds. */
const patience = 2000

/** What else programs of the user may want done here, by name. */
export interface Actions {
  readonly [action: string]: (sys: Syscalls, args: ReadonlyArray<unknown>) => unknown
}

/**
 * `gantry __hold <run directory>`: root of an ordinary user's namespaces, which live as long as it. It is started by
 * unshare(1), does what other programs of the user want done in the network that is here, and ends when nothing else
 * has been in the namespaces for a while.
 *
 * All of it is synchronous, on one thread: one thing happens to the network after the other.
 */
export const hold = async ([run = ""]: ReadonlyArray<string>, actions: Actions): Promise<void> => {
  const sys = loadSyscallsSync()
  for (const signal of ["SIGHUP", "SIGINT"]) process.on(signal, () => undefined)
  process.chdir(run)
  // Programs such as nft lie where few users look.
  process.env["PATH"] = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin`
  withLinks(sys, (links) => links.setLinkUp("lo"))
  hearRouters()
  // Groups are found below the host's /sys, which is out of sight afterwards.
  makeRoomForGroups()
  mountSys(sys)
  const server = listenHere(sys)
  process.stdout.write(`${identify("self")?.startTime ?? 0}\n`)
  const own = readlinkSync("/proc/self/ns/user")
  const serveUntilIdle = (): void => {
    for (let idle = 0, looked = Date.now(); idle < 2;) {
      const [asked = 0] = sys.poll([{ fd: server, events: POLLIN }], lookEvery)
      if (asked !== 0) serveOne(sys, server, { ...actions, [connectAction]: makeLinks })
      if (Date.now() - looked < lookEvery) continue
      looked = Date.now()
      idle = othersIn(own) ? 0 : idle + 1
    }
  }
  const ends = (): boolean => {
    const known = readHolder(run)
    if (known?.pid !== process.pid) return true
    const goes = forgetWhenAlone(run, known, () => !othersIn(own))
    if (goes) leaveNothing(run)
    return goes
  }
  do serveUntilIdle()
  // oxlint-disable-next-line no-await-in-loop
  while (!(await withHolderLock(run, ends)))
}

/** slirp4netns gives IPv6 as a router does, whom a host that passes packets on hears only when it is told to. */
const hearRouters = (): void => {
  try {
    writeFileSync("/proc/sys/net/ipv6/conf/default/accept_ra", "2")
  } catch {
    // There is no IPv6 here.
  }
}

/** What is shown of network devices is what the mount's maker has. */
const mountSys = (sys: Syscalls): void => {
  try {
    sys.mount("sysfs", "/sys", "sysfs", 0, null)
  } catch {
    // Somewhere below the host's something is hidden that may not be uncovered.
  }
}

/** Moves what is in a delegated group of v2 into one below: only groups without processes hand controllers down. */
const makeRoomForGroups = (): void => {
  const layout = detectCgroups()
  if (layout.version !== "v2") return
  const part = delegatedPart(layout, (directory) => isDelegated(directory, 0))
  if (part.version !== "v2") return
  try {
    const { mountPoint } = part.unified
    mkdirSync(join(mountPoint, holderGroup), { recursive: true })
    for (const pid of readFileSync(join(mountPoint, "cgroup.procs"), "utf8").trim().split("\n")) {
      if (pid !== "") writeFileSync(join(mountPoint, holderGroup, "cgroup.procs"), pid)
    }
  } catch {
    // What cannot be moved keeps its group, and containers have the limits that are possible so.
  }
}

const listenHere = (sys: Syscalls): number => {
  rmSync(holderSocket, { force: true })
  const fd = sys.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)
  // The directory is its owner's alone; nobody else comes near the socket.
  sys.bind(fd, unixAddress(holderSocket))
  sys.listen(fd, 64)
  return fd
}

const serveOne = (sys: Syscalls, server: number, actions: Actions): void => {
  const client = sys.accept4(server, SOCK_CLOEXEC)
  try {
    const request = readLine(sys, client)
    if (request === undefined) return
    writeAll(sys, client, new TextEncoder().encode(JSON.stringify(answerTo(sys, request, actions))))
  } catch {
    // Whoever asked has gone.
  } finally {
    sys.close(client)
  }
}

const makeLinks: Actions[string] = (sys, [pid, wiring]) =>
  connect(sys, Number(pid), wiring as Parameters<typeof connect>[2])

const answerTo = (sys: Syscalls, request: string, actions: Actions): HolderAnswer => {
  try {
    const [name, ...args] = JSON.parse(request) as ReadonlyArray<unknown>
    const action = Object.hasOwn(actions, String(name)) ? actions[String(name)] : undefined
    if (action === undefined)
      return { error: `the holder of namespaces is of another version: it has no ${String(name)}` }
    return { value: action(sys, args) ?? null }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { error: message, ...(code === undefined ? {} : { code }) }
  }
}

/** A line of a client; undefined when it ends or stops before. */
const readLine = (sys: Syscalls, fd: number): string | undefined => {
  const decoder = new TextDecoder()
  const piece = new Uint8Array(65_536)
  for (let text = ""; ;) {
    const [told = 0] = sys.poll([{ fd, events: POLLIN }], patience)
    const length = told === 0 ? 0 : sys.read(fd, piece)
    if (length === 0) return undefined
    text += decoder.decode(piece.subarray(0, length), { stream: true })
    const end = text.indexOf("\n")
    if (end >= 0) return text.slice(0, end)
  }
}

/** Whether a process besides this one is in the user namespace. */
const othersIn = (namespace: string): boolean =>
  findProcess((other) => other !== process.pid && readlinkSync(`/proc/${other}/ns/user`) === namespace) !== undefined

const leaveNothing = (run: string): void => {
  for (const name of ["holder.lock", ...helperNames.map((helper) => `${helper}.log`), holderSocket]) {
    rmSync(join(run, name), { force: true })
  }
  // The directory above is the user's, unless it is the one in /tmp.
  for (const directory of basename(dirname(run)).startsWith("gantry-") ? [run, dirname(run)] : [run]) {
    try {
      rmdirSync(directory)
    } catch {
      return
    }
  }
}
