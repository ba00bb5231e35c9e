import type { TarEntry } from "@gantry/core/tree/tar-read"
import { failedWith } from "@gantry/linux/SyscallError"
import { isKept } from "../xattrs.ts"
import { Refused } from "./Refused.ts"
import type { UnpackKernel } from "./UnpackKernel.ts"

/**
 * Gives a file the attributes of its entry, after its owner, which takes capabilities away. Returns whether it has got
 * any.
 *
 * Left out are those that are the host's or the store's own (see `isKept`): an archive must not be able to write marks of
 * overlayfs or labels of a security module. Left out as well, as other readers of layers do, is what this file system or
 * this kind of file cannot have; the archive is still packed as it came. Throws {@link Refused} for what no Linux takes.
 */
export const setEntryXattrs = (kernel: UnpackKernel, disk: string, path: string, entry: TarEntry): boolean => {
  let any = false
  for (const [name, value] of entry.xattrs) {
    if (!isKept(name)) continue
    try {
      kernel.lsetxattr(disk, name, value)
      any = true
    } catch (cause) {
      if (failedWith(cause, "EOPNOTSUPP")) continue
      if (failedWith(cause, "EPERM") && entry.type !== "file" && entry.type !== "directory") continue
      if (failedWith(cause, "EINVAL", "ERANGE", "E2BIG")) {
        throw new Refused(path, `its extended attribute ${JSON.stringify(name)} is none that Linux takes`)
      }
      throw cause
    }
  }
  return any
}

/** Takes attributes of an earlier entry, or of a layer below, off a directory, but for those that are set again. */
export const dropXattrs = (kernel: UnpackKernel, disk: string, entry: TarEntry): void => {
  for (const name of kernel.llistxattr(disk))
    if (isKept(name) && !entry.xattrs.has(name)) kernel.lremovexattr(disk, name)
}
