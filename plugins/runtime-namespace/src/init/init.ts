import { PR_SET_DUMPABLE, PR_SET_PDEATHSIG, SIGKILL } from "@gantry/linux/constants"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { become } from "./become.ts"
import { holdBinds, mountAsked } from "@gantry/linux/container/binds"
import { mountCgroups } from "./cgroup-view.ts"
import type { InitConfig } from "./config.ts"
import { type Control, expect, waitForEnd } from "@gantry/linux/container/control"
import { makeDevices } from "./devices.ts"
import { holdDevices } from "@gantry/linux/container/host-devices"
import { filterOf } from "./filter.ts"
import { withFirstProcess } from "@gantry/linux/container/first-process"
import { attachGenerated, holdGenerated } from "@gantry/linux/container/generated-files"
import { holdKernelMounts } from "./kernel-mounts.ts"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { applyLimits } from "./limits.ts"
import { holdMemoryFiles } from "@gantry/linux/container/memory-files"
import { lockPaths, lockRoot, maskPaths } from "./mask.ts"
import { enterRoot, makePrivate } from "./mount-root.ts"
import { joinNetwork, setUpNetwork } from "./network.ts"
import { holdSharedMemory } from "@gantry/linux/container/shared-memory"
import { stage } from "@gantry/linux/container/StageFailure"
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
  // The number of this process where the host's /proc was mounted, which is where the parent lives.
  control.send({ type: "ready", pid: Number(files.readLink("/proc/self")) })
  const { filters, hold = false, spec: asked } = control.receive() as InitConfig
  sys.umask(0)
  if (hold) return holdFiles(kernel, control, asked)
  const spec = withFirstProcess(asked)
  const filter = filterOf(kernel, spec.process, filters)
  ownSession(kernel)
  buildRoot(kernel, spec)
  setNames(kernel, spec)
  const alone = spec.wiring.length === 0
  if (alone) setUpNetwork(kernel, spec.wiring)
  const changes = changesParameters(spec)
  if (!changes) coverPaths(kernel, spec)
  const who = identify(kernel, spec.process)
  // The parent has placed this process in its control group and made its links meanwhile.
  expect(control, "go")
  if (!alone) setUpNetwork(kernel, spec.wiring)
  mountCgroups(kernel, spec)
  setSysctls(kernel, spec)
  if (changes) coverPaths(kernel, spec)
  if (spec.process.tty) takeTerminal(kernel, control, { console: true })
  applyLimits(kernel, spec.process)
  become(kernel, spec.process, who, {
    diesWithParent: true,
    filter,
    firstProcess: spec.init,
    makesDirectory: true,
    readonlyRoot: spec.readonlyRoot
  })
}

/** The container's files and nothing else, for as long as somebody looks at them. */
const holdFiles = (kernel: Kernel, control: Control, spec: ContainerSpec): void => {
  buildRoot(kernel, spec)
  expect(control, "go")
  if (spec.readonlyRoot) lockRoot(kernel)
  control.begun()
  if (kernel.leave === undefined) waitForEnd(kernel.sys, 0)
  else kernel.leave()
}

/** Takes what is needed from the host, enters the container's root and mounts what belongs in it. */
const buildRoot = (kernel: Kernel, spec: ContainerSpec): void => {
  const binds = holdBinds(kernel, spec.mounts)
  const devices = holdDevices(kernel, spec)
  const memory = holdSharedMemory(kernel, spec)
  joinNetwork(kernel, spec.wiring)
  const ahead = holdKernelMounts(kernel, spec)
  makePrivate(kernel)
  const trees = holdTrees(kernel, spec.mounts)
  enterRoot(kernel, spec.root)
  topDirectories(kernel)
  const generated = holdGenerated(kernel, spec, "/proc")
  const inMemory = holdMemoryFiles(kernel, spec.mounts, "/proc")
  mountProc(kernel, ahead)
  mountDev(kernel, spec, { ahead, memory })
  makeDevices(kernel, devices)
  mountSys(kernel, spec, ahead)
  attachGenerated(kernel, generated)
  mountAsked(kernel, spec.mounts, new Map([...binds, ...trees, ...inMemory]))
}

/** Whether parameters of the kernel are set for it, some of them those of its links: their directory is locked after that. */
const changesParameters = ({ sysctls, wiring }: ContainerSpec): boolean =>
  Object.keys(sysctls).length > 0 || wiring.some((each) => each.type === "veth" && each.ipv6 !== undefined)

/** Hides what of the kernel's directories is not a container's affair. */
const coverPaths = (kernel: Kernel, { pathsUnmasked = false, privileged }: ContainerSpec): void => {
  if (privileged || pathsUnmasked) return
  maskPaths(kernel)
  lockPaths(kernel)
}

const setNames = ({ sys }: Kernel, spec: ContainerSpec): void => {
  if (spec.namespaces.uts === "host") return
  stage("set host name", () => {
    sys.sethostname(spec.hostname)
    if (spec.domainname !== undefined) sys.setdomainname(spec.domainname)
  })
}
