import { CLONE_FS, O_CLOEXEC, O_RDONLY, PR_SET_DUMPABLE } from "@gantry/linux/constants"
import { become } from "./become.ts"
import type { JoinConfig } from "./config.ts"
import { type Control, expect } from "@gantry/linux/container/control"
import { filterOf } from "./filter.ts"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { applyLimits, raiseLimits } from "./limits.ts"
import { restricted } from "@gantry/linux/container/restricted"
import { rootless } from "@gantry/linux/rootless"
import { stage } from "@gantry/linux/container/StageFailure"
import { parseStat } from "@gantry/linux/process-identity"
import type { FirstProcess } from "@gantry/core/runtime/Launcher"
import { ownerOutside } from "@gantry/core/runtime/IdMaps"
import { lendStreams } from "@gantry/linux/container/lend-streams"
import { ownSession, takeTerminal } from "./terminal.ts"
import { identify } from "./user.ts"

/**
 * Everything that makes a process a further one of a running container. It is in the container's process namespace
 * already, and in no other one of it.
 */
export const join = (kernel: Kernel, control: Control): never => {
  const { files, sys } = kernel
  // Before anything in the container can see this process.
  sys.prctl(PR_SET_DUMPABLE, 0)
  control.send({ type: "ready", pid: Number(files.readLink("/proc/self")) })
  const { filters, first, namespaces, process, users } = control.receive() as JoinConfig
  sys.umask(0)
  const filter = filterOf(kernel, process, filters)
  ownSession(kernel)
  // The parent puts this process into the container's control group first: a namespace of control groups hides the
  // way there.
  expect(control, "go")
  if (users !== undefined) {
    lendStreams(kernel, ownerOutside(users, { uid: 0, gid: 0 }))
    if (rootless() === undefined) raiseLimits(kernel, process)
  }
  enter(kernel, first, namespaces)
  if (process.tty) takeTerminal(kernel, control, { console: false })
  const who = identify(kernel, process)
  applyLimits(kernel, process, restricted({ users }))
  return become(kernel, process, who, {
    diesWithParent: false,
    filter,
    firstProcess: false,
    makesDirectory: false,
    readonlyRoot: false
  })
}

/**
 * All namespaces are opened before the first is entered: the last one takes the host's /proc away. They are the
 * container's if its first process runs still: should it have ended meanwhile, its number may be that of any other one.
 */
const enter = ({ files, sys }: Kernel, { pid, startTime }: FirstProcess, namespaces: ReadonlyArray<string>): void =>
  stage("join container", () => {
    const held = namespaces.map((name) => sys.open(`/proc/${pid}/ns/${name}`, O_RDONLY | O_CLOEXEC))
    if (parseStat(files.read(`/proc/${pid}/stat`))?.startTime !== startTime) throw new Error("it has ended")
    // The kernel changes the mount namespace only of a thread that shares its root and directory with no other.
    sys.unshare(CLONE_FS)
    for (const namespace of held) {
      sys.setns(namespace, 0)
      sys.close(namespace)
    }
  })
