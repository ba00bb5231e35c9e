import { PR_SET_DUMPABLE, PR_SET_PDEATHSIG, SIGKILL } from "@gantry/linux/constants"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { become } from "./become.ts"
import { enterAccount } from "@gantry/linux/container/caller-account"
import { type HeldMounts, holdBinds, mountAsked } from "@gantry/linux/container/binds"
import { mountCgroups } from "./cgroup-view.ts"
import type { InitConfig } from "./config.ts"
import { type Control, expect, waitForEnd } from "@gantry/linux/container/control"
import { makeDevices } from "./devices.ts"
import { holdDevices } from "@gantry/linux/container/host-devices"
import { filterOf } from "./filter.ts"
import { withFirstProcess } from "@gantry/linux/container/first-process"
import { attachGenerated, holdGenerated } from "@gantry/linux/container/generated-files"
import { holdKernelMounts, type KernelMounts } from "./kernel-mounts.ts"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { applyLimits, raiseLimits } from "./limits.ts"
import { holdMemoryFiles } from "@gantry/linux/container/memory-files"
import { lockPaths, lockRoot, maskPaths } from "./mask.ts"
import { enterRoot, holdRoot, makePrivate } from "./mount-root.ts"
import { openInRoot } from "@gantry/linux/container/mount-point"
import { joinNetwork, setUpNetwork } from "./network.ts"
import { holdSharedMemory } from "@gantry/linux/container/shared-memory"
import { openToUsers } from "@gantry/linux/container/open-to-users"
import { ownerOutside } from "@gantry/core/runtime/IdMaps"
import { lendStreams } from "@gantry/linux/container/lend-streams"
import { enterUsers } from "./own-users.ts"
import { restricted } from "@gantry/linux/container/restricted"
import { rootless } from "@gantry/linux/rootless"
import { stage, StageFailure } from "@gantry/linux/container/StageFailure"
import { setSysctls } from "./sysctl.ts"
import { mountDev, mountProc, mountSys, topDirectories } from "./system-mounts.ts"
import { holdTrees } from "@gantry/linux/container/trees"
import { ownSession, takeTerminal } from "./terminal.ts"
import { identify } from "./user.ts"

/**
 * Everything that makes a process the first one of a container: it builds the container around itself and becomes the
 * command. Returns when it only holds the container's files; otherwise it ends as `kernel` ends with the command.
 */
export const start = (kernel: Kernel, control: Control): void => {
  const { files, sys } = kernel
  // Before anything in a container whose processes it joins can see this one.
  sys.prctl(PR_SET_DUMPABLE, 0)
  sys.prctl(PR_SET_PDEATHSIG, SIGKILL)
  const { filters, hold = false, spec: asked } = control.receive() as InitConfig
  // Its namespaces are there. The number of this process where the host's /proc was mounted, which is where the parent lives.
  const ready = () => control.send({ type: "ready", pid: Number(files.readLink("/proc/self")) })
  if (asked.users === undefined) ready()
  sys.umask(0)
  if (hold) return holdFiles(kernel, control, { spec: asked, ready })
  const spec = withFirstProcess(asked)
  const filter = filterOf(kernel, spec.process, filters)
  ownSession(kernel)
  if (spec.users !== undefined && rootless() === undefined) raiseLimits(kernel, spec.process)
  const nothing = buildRoot(kernel, spec, ready)
  setNames(kernel, spec)
  const alone = spec.wiring.length === 0
  if (alone) setUpNetwork(kernel, spec.wiring)
  setSysctls(kernel, openToUsers(spec))
  const changes = changesParameters(spec)
  if (!changes) coverPaths(kernel, spec, nothing)
  const who = identify(kernel, spec.process)
  // The parent has placed this process in its control group and made its links meanwhile.
  expect(control, "go")
  if (!alone) setUpNetwork(kernel, spec.wiring)
  mountCgroups(kernel, spec)
  setSysctls(kernel, spec.sysctls)
  if (changes) coverPaths(kernel, spec, nothing)
  if (spec.process.tty) takeTerminal(kernel, control, { console: true })
  applyLimits(kernel, spec.process, restricted(spec))
  become(kernel, spec.process, who, {
    diesWithParent: true,
    filter,
    firstProcess: spec.init,
    makesDirectory: true,
    readonlyRoot: spec.readonlyRoot
  })
}

/** The container's files and nothing else, for as long as somebody looks at them. */
const holdFiles = (
  kernel: Kernel,
  control: Control,
  { ready, spec }: { readonly spec: ContainerSpec; readonly ready: () => void }
): void => {
  buildRoot(kernel, spec, ready)
  expect(control, "go")
  if (spec.readonlyRoot) lockRoot(kernel)
  control.begun()
  if (kernel.leave === undefined) waitForEnd(kernel.sys, 0)
  else kernel.leave()
}

/**
 * Takes what is needed from the host, enters the container's root and mounts what belongs in it. `ready`: says that all
 * namespaces are there, where that is later than at the beginning. Returns the null device, as a place.
 */
const buildRoot = (kernel: Kernel, spec: ContainerSpec, ready: () => void): number => {
  const binds = holdBinds(kernel, spec.mounts)
  const devices = holdDevices(kernel, spec)
  const memory = holdSharedMemory(kernel, spec)
  const { ahead, root, trees } = spec.users === undefined ? enterHere(kernel, spec) : enterInside(kernel, spec, ready)
  enterRoot(kernel, spec.root, root)
  topDirectories(kernel)
  const generated = holdGenerated(kernel, spec, "/proc")
  const inMemory = holdMemoryFiles(kernel, spec.mounts, "/proc")
  mountProc(kernel, ahead)
  mountDev(kernel, spec, { ahead, memory })
  makeDevices(kernel, spec, devices)
  // From here on others than this process may have a say in what is where.
  const nothing = openInRoot(kernel, "/dev/null")
  mountSys(kernel, spec, ahead)
  if (spec.account !== undefined) enterAccount(kernel, spec.account)
  attachGenerated(kernel, generated)
  mountAsked(kernel, spec.mounts, new Map([...binds, ...trees, ...inMemory]))
  return nothing
}

/** What is taken along into the container's root; `root` is that itself, where it is mounted already. */
interface Taken {
  readonly ahead: KernelMounts
  readonly trees: HeldMounts
  readonly root?: number
}

const enterHere = (kernel: Kernel, spec: ContainerSpec): Taken => {
  joinNetwork(kernel, spec.wiring)
  const ahead = holdKernelMounts(kernel, spec)
  makePrivate(kernel)
  return { ahead, trees: holdTrees(kernel, spec) }
}

/** The same for a container with users of its own: from here on this process has no more rights than the container's root. */
const enterInside = (kernel: Kernel, spec: ContainerSpec, ready: () => void): Taken => {
  const { users } = spec
  if (users === undefined) throw new StageFailure("enter the container's user namespace", "there is none")
  const first = ownerOutside(users, { uid: 0, gid: 0 })
  lendStreams(kernel, first)
  makePrivate(kernel)
  const root = holdRoot(kernel, spec.root, users)
  const trees = holdTrees(kernel, spec, { users, first })
  // The processes' namespace is not one of the container's root, so this is mounted by who made it.
  const processes = holdKernelMounts(kernel, spec, ["/proc"])
  enterUsers(kernel, spec, users)
  ready()
  const others = holdKernelMounts(kernel, spec, ["/sys", "/dev/mqueue"])
  return { ahead: new Map([...processes, ...others]), trees, root }
}

/** Whether parameters of the kernel are set for it, some of them those of its links: their directory is locked after that. */
const changesParameters = ({ sysctls, wiring }: ContainerSpec): boolean =>
  Object.keys(sysctls).length > 0 || wiring.some((each) => each.type === "veth" && each.ipv6 !== undefined)

/** Hides what of the kernel's directories is not a container's affair. */
const coverPaths = (kernel: Kernel, { pathsUnmasked = false, privileged }: ContainerSpec, nothing: number): void => {
  if (privileged || pathsUnmasked) return
  maskPaths(kernel, nothing)
  lockPaths(kernel)
}

const setNames = ({ sys }: Kernel, spec: ContainerSpec): void => {
  if (spec.namespaces.uts === "host") return
  stage("set host name", () => {
    sys.sethostname(spec.hostname)
    if (spec.domainname !== undefined) sys.setdomainname(spec.domainname)
  })
}
