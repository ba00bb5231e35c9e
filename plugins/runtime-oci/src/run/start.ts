import * as fs from "node:fs"
import {
  AT_FDCWD,
  AT_RECURSIVE,
  MOUNT_ATTR_RDONLY,
  O_CLOEXEC,
  O_RDWR,
  PR_SET_CHILD_SUBREAPER,
  SIGKILL
} from "@gantry/linux/constants"
import { openCgroups } from "@gantry/linux/cgroup"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { type Control, expect } from "@gantry/linux/container/control"
import { withFirstProcess } from "@gantry/linux/container/first-process"
import { ownerOutside } from "@gantry/core/runtime/IdMaps"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { lendStreams } from "@gantry/linux/container/lend-streams"
import { ownsNetwork, setUpLinks } from "@gantry/linux/container/set-up-links"
import { stage, StageFailure } from "@gantry/linux/container/StageFailure"
import { enterNetworkOf, inNetworkOf } from "@gantry/linux/in-network"
import { rootless } from "@gantry/linux/rootless"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { allowedDevices } from "../config/resources.ts"
import { printConfig } from "../config/OciConfig.ts"
import { openBundle } from "./bundle.ts"
import { configOf } from "./config-of.ts"
import { handOver, openConsole } from "./console.ts"
import { gatherFacts } from "./facts.ts"
import { isSandbox } from "./host.ts"
import { type Inside, openInside, requireProgram } from "./inside.ts"
import { invoke } from "./invoke.ts"
import type { StartRequest } from "./request.ts"
import { requireMasks } from "./require-masks.ts"
import { waitFor } from "./wait.ts"

/**
 * Has a runtime make a container, gives it its links, has it started, and waits for its end. Returns the exit status. On
 * failure nothing of the container is left.
 */
export const start = (kernel: Kernel, control: Control, request: StartRequest): number => {
  const { sys } = kernel
  const parent = process.ppid
  leaveSession(sys)
  sys.umask(0)
  // The runtime's own process goes away once the container is made: what it leaves becomes a child of this one.
  sys.prctl(PR_SET_CHILD_SUBREAPER, 1)
  const spec = request.hold === true ? quiet(request.spec) : withFirstProcess(request.spec)
  if (spec.users !== undefined) lendStreams(kernel, ownerOutside(spec.users, { uid: 0, gid: 0 }))
  const bundle = openBundle(kernel, request.driver.bundles, spec)
  let pid: number | undefined
  try {
    const made = create(kernel, { ...request, spec }, bundle.directory)
    pid = made.pid
    control.send({ type: "ready", pid, placed: rootless() === undefined })
    expect(control, "go")
    setUpNetwork(sys, pid, spec)
    if (made.terminal !== undefined) handOver(sys, control, made.terminal)
    if (request.hold !== true) begin(kernel, request, { ...made, directory: bundle.directory })
    control.begun()
    if (request.hold !== true) letGo(sys)
    return waitFor(sys, pid, request.hold === true ? { parent, input: 0 } : { parent })
  } catch (error) {
    if (pid !== undefined) discard(sys, pid)
    throw error
  } finally {
    // Not by the runtime: it would take away the control group before anybody has read what happened in it.
    fs.rmSync(`${request.driver.state}/${spec.id}`, { recursive: true, force: true })
    if (request.hold === true && rootless() === undefined) openCgroups(sys).remove(request.group)
    bundle.close()
  }
}

/** A container whose process waits to be started. */
interface Made {
  readonly pid: number
  readonly terminal: number | undefined
  /** Its files, as they were found to be. */
  readonly view: Pick<Inside, "at">
}

/** Makes the container; its process waits to be started. */
const create = (kernel: Kernel, { driver, group, hold = false, spec }: StartRequest, directory: string): Made => {
  const { sys } = kernel
  fs.mkdirSync(driver.state, { recursive: true, mode: 0o700 })
  // What a killed supervisor left of an earlier start of the same container.
  fs.rmSync(`${driver.state}/${spec.id}`, { recursive: true, force: true })
  const facts = gatherFacts(kernel, spec, { bundle: directory, program: driver.program })
  if (facts.user !== undefined) stage("hide control groups", () => lockGroups(sys))
  fs.writeFileSync(`${directory}/config.json`, printConfig(configOf(spec, group, facts)), { mode: 0o600 })
  sys.chdir(directory)
  const console = spec.process.tty ? stage("open terminal", () => openConsole(sys)) : undefined
  invoke(driver, {
    stage: "create container",
    directory,
    args: ["create", "--bundle", directory, "--pid-file", `${directory}/pid`, ...(console?.args ?? []), spec.id],
    stdio: hold ? "ignore" : "inherit"
  })
  const pid = firstProcessOf(driver.program, directory)
  // Runtimes add devices of their own choice, such as that of tunnels, to what a config names. Where there is no list
  // the engine has said so.
  if (!hold && facts.user === undefined) openCgroups(sys).allowDevices(group, allowedDevices(spec, facts.devices))
  try {
    const { view } = facts
    return { pid, view, terminal: console === undefined ? undefined : stage("open terminal", console.take) }
  } catch (error) {
    discard(sys, pid)
    throw error
  } finally {
    sys.chdir("/")
  }
}

/** The number of the process that the runtime has made. */
const firstProcessOf = (program: string, directory: string): number => {
  try {
    return Number(fs.readFileSync(`${directory}/pid`, "utf8"))
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error
    throw new StageFailure("create container", `${program} ended without a complaint, and made none: is it a runtime?`)
  }
}

/**
 * Lets nobody in this mount namespace change control groups. What an ordinary user has of them need not be where runtimes
 * look for it: the container's supervisor sees to its group, and what a runtime made besides nobody would take away.
 */
const lockGroups = (sys: Syscalls): void => {
  const place = "/sys/fs/cgroup"
  if (fs.existsSync(place)) sys.mountSetattr(AT_FDCWD, place, AT_RECURSIVE, { attrSet: MOUNT_ATTR_RDONLY })
}

/** Lets the command begin, once it is known that it can. */
const begin = (
  kernel: Kernel,
  { driver, spec }: StartRequest,
  { directory, pid, view }: Omit<Made, "terminal"> & { readonly directory: string }
): void => {
  if (isSandbox(driver.program)) requireProgram(view, spec.process)
  else {
    const inside = openInside(kernel.sys, `/proc/${pid}/root`)
    try {
      if (!spec.privileged && spec.pathsUnmasked !== true) requireMasks(inside)
      requireProgram(inside, spec.process)
    } finally {
      inside.close()
    }
  }
  invoke(driver, { stage: "start container", directory, args: ["start", spec.id], stdio: "ignore" })
}

/** Ends a container that was made, and takes it off the table. */
const discard = (sys: Syscalls, pid: number): void => {
  try {
    sys.kill(pid, SIGKILL)
    sys.wait4(pid)
  } catch (error) {
    if (!failedWith(error, "ESRCH") && !failedWith(error, "ECHILD")) throw error
  }
}

/** Only what the files of a container depend on; its process is never started. */
const quiet = (spec: ContainerSpec): ContainerSpec => ({
  ...spec,
  init: false,
  resources: {},
  // The runtime looks for a program; this one is there whatever the image holds.
  process: { ...spec.process, argv: ["/proc/self/exe"], cwd: "/", user: "0:0", groups: [], rlimits: [], tty: false }
})

/** A Ctrl-C in the terminal of whoever started us is theirs alone. */
const leaveSession = (sys: Syscalls): void => {
  try {
    sys.setsid()
  } catch (error) {
    if (!failedWith(error, "EPERM")) throw error
  }
}

/**
 * Sets the container's own network namespace up; one that it shares is somebody else's affair. This process of an ordinary
 * user stays there: it has nothing to do with another network, and to the host's it could not go back.
 */
const setUpNetwork = (sys: Syscalls, pid: number, { wiring }: ContainerSpec): void => {
  if (!ownsNetwork(wiring)) return
  stage("set up network", () => {
    if (rootless() === undefined) return inNetworkOf(sys, pid, () => setUpLinks(sys, wiring))
    enterNetworkOf(sys, pid)
    setUpLinks(sys, wiring)
  })
}

/** The container's streams are its own: whoever waits for their end must not wait for this process. */
export const letGo = (sys: Syscalls): void => {
  const nothing = sys.open("/dev/null", O_RDWR | O_CLOEXEC)
  for (const stream of [0, 1, 2]) sys.dup3(nothing, stream, 0)
  sys.close(nothing)
}
