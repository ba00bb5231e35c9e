import type { ProcessSpec } from "@gantry/core/runtime/ContainerSpec"
import { accountText } from "@gantry/linux/container/account-text"
import { type Kernel, settle } from "@gantry/linux/container/Kernel"
import { openInRoot } from "@gantry/linux/container/mount-point"
import { type Identity, lookUp } from "@gantry/linux/container/passwd"
import { SyscallError } from "@gantry/linux/SyscallError"
import { stage } from "@gantry/linux/container/StageFailure"

/** Reads an account file of the container; nothing when it has none, or none that can be read. */
const readOwn = (kernel: Kernel, path: string): string => {
  let place: number
  settle(kernel)
  try {
    place = openInRoot(kernel, path)
  } catch {
    return ""
  }
  try {
    return accountText(kernel, `/proc/self/fd/${place}`) ?? ""
  } catch (error) {
    if (error instanceof SyscallError || (error instanceof Error && "code" in error)) return ""
    throw error
  } finally {
    kernel.sys.close(place)
  }
}

/** Who the process runs as, by the container's own passwd and group files. */
export const identify = (kernel: Kernel, process: ProcessSpec): Identity =>
  stage("find user", () => lookUp(process, readOwn(kernel, "/etc/passwd"), readOwn(kernel, "/etc/group")))
