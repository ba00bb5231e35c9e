import { readdirSync, readlinkSync, statSync } from "node:fs"
import { posix } from "node:path"
import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS
} from "@gantry/linux/constants"
import { placeOf } from "@gantry/linux/reopened"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"

/** What lies at a path, the last link not followed. */
export type Look =
  | { readonly kind: "directory" | "file" | "other" }
  /** `target` as the link has it. */
  | { readonly kind: "symlink"; readonly target: string }

/**
 * A tree in which paths are looked up: a container's, whose links lead nowhere else, or the host's.
 *
 * A path is absolute in its tree. One that ends in `/` or `/.` means a directory, and goes through a link in its last
 * place. All methods throw what the kernel says, as `SyscallError`.
 */
export interface FileRoot {
  /** Opens without reading (`O_PATH`), or with other flags. The caller closes it, by a system call. */
  readonly open: (path: string, options: { readonly follow: boolean; readonly flags?: number }) => number
  /** None where nothing lies, or where a file or a circle of links stands in the way. */
  readonly look: (path: string) => Look | undefined
  /** Names in a directory, sorted by code unit. */
  readonly list: (path: string) => ReadonlyArray<string>
}

/** The tree below a directory that is open. Nothing in it leads out. */
export const containedRoot = (sys: Syscalls, fd: number): FileRoot =>
  fileRoot(sys, fd, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)

/** The tree below the host's root, links of /proc and all. */
export const hostRoot = (sys: Syscalls, fd: number): FileRoot => fileRoot(sys, fd, 0)

const fileRoot = (sys: Syscalls, root: number, resolve: number): FileRoot => {
  const open: FileRoot["open"] = (path, { flags = O_PATH, follow }) =>
    sys.openat2(root, path, { flags: flags | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW), resolve })

  const withOpen = <A>(path: string, flags: number, follow: boolean, use: (fd: number) => A): A => {
    const fd = open(path, { flags, follow })
    try {
      return use(fd)
    } finally {
      sys.close(fd)
    }
  }

  return {
    open,
    look: (path) => {
      try {
        return withOpen(path, O_PATH, false, (fd) => {
          const stat = statSync(placeOf(fd))
          if (stat.isDirectory()) return { kind: "directory" }
          if (stat.isFile()) return { kind: "file" }
          if (!stat.isSymbolicLink()) return { kind: "other" }
          return withOpen(posix.dirname(path), O_PATH | O_DIRECTORY, true, (parent) => ({
            kind: "symlink",
            target: readlinkSync(`${placeOf(parent)}/${posix.basename(path)}`)
          }))
        })
      } catch (error) {
        if (failedWith(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined
        throw error
      }
    },
    list: (path) => withOpen(path, O_PATH | O_DIRECTORY, true, (fd) => readdirSync(placeOf(fd)).toSorted())
  }
}
