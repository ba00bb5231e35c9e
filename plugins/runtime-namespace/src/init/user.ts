import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import { type Kernel, settle } from "@gantry/linux/container/Kernel"
import { openInRoot } from "@gantry/linux/container/mount-point"
import { type Identity, lookUp } from "@gantry/linux/container/passwd"
import { stage } from "@gantry/linux/container/StageFailure"

/** Reads a file of the container, or nothing when it has none. */
const readOwn = (kernel: Kernel, path: string): string => {
  let place: number
  settle(kernel)
  try {
    place = openInRoot(kernel, path)
  } catch {
    return ""
  }
  try {
    return kernel.files.read(`/proc/self/fd/${place}`)
  } finally {
    kernel.sys.close(place)
  }
}

/** Who the process runs as, by the container's own passwd and group files. */
export const identify = (kernel: Kernel, process: ProcessSpec): Identity =>
  stage("find user", () => lookUp(process, readOwn(kernel, "/etc/passwd"), readOwn(kernel, "/etc/group")))
