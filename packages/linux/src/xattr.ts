import { failedWith } from "./SyscallError.ts"
import type { KernelString, Syscalls } from "./Syscalls.ts"

/** An extended attribute. */
export interface Xattr {
  /** With its namespace, such as `security.capability`. */
  readonly name: string
  readonly value: Uint8Array
}

/**
 * All extended attributes of a file, sorted by name; of a symbolic link itself, not of its target.
 *
 * Empty where the file system has none. An attribute that goes away meanwhile is left out. Throws `SyscallError`.
 */
export const readXattrs = (sys: Syscalls, path: KernelString): ReadonlyArray<Xattr> =>
  list(sys, path)
    .toSorted()
    .flatMap((name) => {
      try {
        return [{ name, value: sys.lgetxattr(path, name) }]
      } catch (error) {
        if (failedWith(error, "ENODATA")) return []
        throw error
      }
    })

const list = (sys: Syscalls, path: KernelString): ReadonlyArray<string> => {
  try {
    return sys.llistxattr(path)
  } catch (error) {
    if (failedWith(error, "EOPNOTSUPP")) return []
    throw error
  }
}
