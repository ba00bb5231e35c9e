import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "./Kernel.ts"
import { openInRoot } from "./mount-point.ts"
import { type Identity, lookUp } from "./passwd.ts"
import { stage } from "./StageFailure.ts"

/** Reads a file of the container, or nothing when it has none. */
const readOwn = (kernel: Kernel, path: string): string => {
  let place: number
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
