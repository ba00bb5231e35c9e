import { CLONE_FS, O_CLOEXEC, O_RDONLY, PR_SET_DUMPABLE } from "@gantry/linux/constants"
import { rootless } from "@gantry/linux/rootless"
import { stayMovable } from "@gantry/linux/stay-movable"
import { become } from "./become.ts"
import type { JoinConfig } from "./config.ts"
import { type Control, controlFd, expect, openControl } from "@gantry/linux/container/control"
import { filterOf } from "./filter.ts"
import { type Kernel, realKernel } from "@gantry/linux/container/Kernel"
import { applyLimits } from "./limits.ts"
import { report } from "@gantry/linux/container/report"
import { stage } from "@gantry/linux/container/StageFailure"
import { ownSession, takeTerminal } from "./terminal.ts"
import { identify } from "./user.ts"

/**
 * `gantry __join`: another process of a running container. nsenter(1) has put it into the container's process
 * namespace and nothing else, so that this program could still be loaded from the host.
 */
export const main = (): void => {
  const kernel = realKernel()
  // Before anything in the container can see this process: its /proc/self/exe is gantry itself.
  kernel.sys.prctl(PR_SET_DUMPABLE, 0)
  const control = openControl(kernel.sys)
  // Known from here on, as the host's /proc tells it.
  rootless()
  try {
    // A parent that still loads its program has not said anything yet; it will put this process into a control group.
    stayMovable(kernel.sys, controlFd)
    join(kernel, control)
  } catch (error) {
    process.exitCode = report(control, error)
  }
}

/** Everything join does, in order. Returns only by throwing. */
export const join = (kernel: Kernel, control: Control): never => {
  const { files, sys } = kernel
  control.send({ type: "ready", pid: Number(files.readLink("/proc/self")) })
  const { filters, namespaces, pid, process } = control.receive() as JoinConfig
  sys.umask(0)
  const filter = filterOf(kernel, process, filters)
  ownSession(kernel)
  // The parent puts this process into the container's control group first: a namespace of control groups hides the
  // way there.
  expect(control, "go")
  enter(kernel, pid, namespaces)
  if (process.tty) takeTerminal(kernel, control, { console: false })
  const who = identify(kernel, process)
  applyLimits(kernel, process)
  return become(kernel, process, who, {
    diesWithParent: false,
    filter,
    firstProcess: false,
    makesDirectory: false,
    readonlyRoot: false
  })
}

/** All namespaces are opened before the first is entered: the last one takes the host's /proc away. */
const enter = ({ sys }: Kernel, pid: number, namespaces: ReadonlyArray<string>): void =>
  stage("join container", () => {
    const held = namespaces.map((name) => sys.open(`/proc/${pid}/ns/${name}`, O_RDONLY | O_CLOEXEC))
    // The kernel changes the mount namespace only of a thread that shares its root and directory with no other.
    sys.unshare(CLONE_FS)
    for (const namespace of held) {
      sys.setns(namespace, 0)
      sys.close(namespace)
    }
  })
