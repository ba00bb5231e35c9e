import { rootless } from "@gantry/linux/rootless"
import { PR_SET_DUMPABLE } from "@gantry/linux/constants"
import { openControl } from "@gantry/linux/container/control"
import { realKernel } from "@gantry/linux/container/Kernel"
import { report } from "@gantry/linux/container/report"
import { start } from "./init.ts"

/**
 * `gantry __init`: the first process of a container, started by unshare(1) in new namespaces. It builds the container
 * around itself and becomes the command.
 */
export const main = (): void => {
  const kernel = realKernel()
  // Before anything in a container whose processes it joins can see this one: its /proc/self/exe is gantry itself.
  kernel.sys.prctl(PR_SET_DUMPABLE, 0)
  const control = openControl(kernel.sys)
  // Known from here on, as the host's /proc tells it.
  rootless()
  try {
    start(kernel, control)
  } catch (error) {
    process.exitCode = report(control, error)
  }
}
