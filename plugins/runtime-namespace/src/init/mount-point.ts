import {
  AT_FDCWD,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_T_EMPTY_PATH,
  O_CLOEXEC,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS
} from "@gantry/linux/constants"
import { failedWith } from "@gantry/linux/SyscallError"
import type { Kernel } from "./Kernel.ts"

/** What a mount point has to be. */
export type PointKind = "directory" | "file"

/**
 * Opens a path of the container, making what is missing, and returns a descriptor to mount on.
 *
 * The path may lead through symbolic links of a hostile image. They are followed inside the root only, and never
 * through the links of /proc, which could lead out by a descriptor that this process still holds.
 */
export const openMountPoint = (kernel: Kernel, path: string, kind: PointKind): number => {
  const { files, sys } = kernel
  try {
    return openInRoot(kernel, path)
  } catch (error) {
    if (!failedWith(error, "ENOENT") || path === "/") throw error
  }
  const slash = path.replace(/\/+$/, "").lastIndexOf("/")
  const name = path.slice(slash + 1).replace(/\/+$/, "")
  const parent = openMountPoint(kernel, slash <= 0 ? "/" : path.slice(0, slash), "directory")
  try {
    const place = `/proc/self/fd/${parent}/${name}`
    if (kind === "directory") files.makeDirectory(place, 0o755)
    else files.write(place, "")
  } finally {
    sys.close(parent)
  }
  return openInRoot(kernel, path)
}

/** Opens a path that has to be there, as a place and not for reading. */
export const openInRoot = ({ sys }: Kernel, path: string): number =>
  sys.openat2(AT_FDCWD, path, { flags: O_PATH | O_CLOEXEC, resolve: RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS })

/** Puts a detached mount on a path of the container and closes its descriptor. */
export const attach = (kernel: Kernel, tree: number, path: string, kind: PointKind): void => {
  const point = openMountPoint(kernel, path, kind)
  attachTo(kernel, tree, point)
}

/** Puts a detached mount on an open mount point and closes both. */
export const attachTo = ({ sys }: Kernel, tree: number, point: number): void => {
  sys.moveMount(tree, "", point, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)
  sys.close(point)
  sys.close(tree)
}
