import { openControl } from "@gantry/linux/container/control"
import { type Kernel, realKernel } from "@gantry/linux/container/Kernel"
import { makeUserNamespace } from "@gantry/linux/container/stub/user-namespace"
import { report } from "@gantry/linux/container/report"
import { join } from "./join.ts"
import type { JoinRequest, StartRequest } from "./request.ts"
import { start } from "./start.ts"

/** `gantry __oci`: has a runtime make and start a container, and lives as long as it. */
export const main = (): never => run((kernel, control) => start(kernel, control, control.receive() as StartRequest))

/** `gantry __oci_join`: has a runtime start a further process in a container, and lives as long as that. */
export const mainJoin = (): never => run((kernel, control) => join(kernel, control, control.receive() as JoinRequest))

/** The kernel of this host, which lets this process have namespaces of users made. */
export const kernelHere = (): Kernel => {
  const kernel = realKernel()
  return { ...kernel, userNamespace: (maps) => makeUserNamespace(kernel.sys, maps) }
}

const run = (work: (kernel: Kernel, control: ReturnType<typeof openControl>) => number): never => {
  const kernel = kernelHere()
  const control = openControl(kernel.sys)
  let status: number
  try {
    status = work(kernel, control)
  } catch (error) {
    status = report(control, error)
  }
  process.exit(status)
}
