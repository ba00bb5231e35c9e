import {
  AT_FDCWD,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_T_EMPTY_PATH,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_PATH,
  O_WRONLY,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS
} from "../constants.ts"
import { failedWith } from "../SyscallError.ts"
import { type Kernel, now } from "./Kernel.ts"

/** What a mount point has to be. */
export type PointKind = "directory" | "file"

/** As many symbolic links as the kernel follows on one path. */
const mostLinks = 40

/**
 * Opens a path of the container, making what is missing, and returns a descriptor to mount on. Where a symbolic link
 * leads to nothing, what it names is made.
 *
 * The path may lead through symbolic links of a hostile image. They are followed inside the root only, and never
 * through the links of /proc, which could lead out by a descriptor that this process still holds.
 */
export const openMountPoint = (kernel: Kernel, path: string, kind: PointKind, links = mostLinks): number => {
  const { files, sys } = kernel
  const there = path === "/" || links === 0 ? openInRoot(kernel, path) : openIfThere(kernel, path)
  if (there !== undefined) return there
  const bare = path.replace(/\/+$/, "")
  const slash = bare.lastIndexOf("/")
  const parent = openMountPoint(kernel, slash <= 0 ? "/" : path.slice(0, slash), "directory", links)
  let target: string | undefined
  try {
    const place = `/proc/self/fd/${parent}/${bare.slice(slash + 1)}`
    const link = linkAt(kernel, place)
    if (link === undefined) make(kernel, place, kind)
    // A link of /proc that has only now come to be, with the parent's descriptor, is none to follow: this throws.
    else if (openIfThere(kernel, path) === undefined)
      target = link.startsWith("/") ? link : `${files.readLink(`/proc/self/fd/${parent}`)}/${link}`
  } finally {
    sys.close(parent)
  }
  return target === undefined ? openInRoot(kernel, path) : openMountPoint(kernel, target, kind, links - 1)
}

/** Opens what is there; undefined when nothing is. */
const openIfThere = (kernel: Kernel, path: string): number | undefined => {
  try {
    return openInRoot(kernel, path)
  } catch (error) {
    if (failedWith(error, "ENOENT")) return undefined
    throw error
  }
}

/** Where a symbolic link leads; undefined for anything else and for nothing. */
const linkAt = ({ files }: Kernel, place: string): string | undefined => {
  try {
    return files.readLink(place)
  } catch {
    return undefined
  }
}

/**
 * `..` of what has just been made is there, and so is what somebody with the same volume has made meanwhile: that is
 * neither followed nor emptied.
 */
const make = (kernel: Kernel, place: string, kind: PointKind): void => {
  const { files, sys } = kernel
  try {
    if (kind === "file") sys.close(sys.open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644))
    else now(kernel, () => files.makeDirectory(place, 0o755))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  }
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
