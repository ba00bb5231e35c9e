import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_RECURSIVE,
  FSCONFIG_CMD_CREATE,
  FSCONFIG_SET_STRING,
  FSMOUNT_CLOEXEC,
  FSOPEN_CLOEXEC,
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_RDONLY,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE
} from "@gantry/linux/constants"
import { maskedPaths, processors, readonlyPaths, throttlePaths } from "@gantry/linux/container/kernel-paths"
import { cloneTree } from "@gantry/linux/container/binds"
import { type Kernel, ownKind, together } from "@gantry/linux/container/Kernel"
import { attachTo, openInRoot } from "@gantry/linux/container/mount-point"
import { stage } from "@gantry/linux/container/StageFailure"

/**
 * Covers masked files with `nothing`, which is the null device, and masked directories with an empty one. What the kernel
 * does not have is skipped.
 *
 * The device is not looked for at /dev/null: a volume on /dev has a link there if it likes, to a file of the kernel that
 * the container would then be given in the place of what is to be masked, and could write to.
 */
export const maskPaths = (kernel: Kernel, nothing: number): void => {
  const copy = () => kernel.sys.openTree(nothing, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH)
  const cpus = ownKind(kernel, processors) === undefined ? [] : kernel.files.list(processors)
  const found = thereAmong(kernel, [...maskedPaths, ...throttlePaths(cpus)])
  const pathsOf = (directory: boolean) => found.filter((each) => each.directory === directory).map(({ path }) => path)
  const [directories, files] = [pathsOf(true), pathsOf(false)]
  cover(kernel, "mask", directories, () => emptyDirectories(kernel, directories))
  cover(kernel, "mask", files, () => together(kernel, files, copy))
}

/** Covers paths with a read-only view of themselves. */
export const lockPaths = (kernel: Kernel): void => {
  const paths = thereAmong(kernel, readonlyPaths).map(({ path }) => path)
  const attrSet = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC
  cover(kernel, "lock", paths, () => {
    const views = together(kernel, paths, (path) => cloneTree(kernel, path, true))
    for (const view of views) kernel.sys.mountSetattr(view, "", AT_EMPTY_PATH | AT_RECURSIVE, { attrSet })
    return views
  })
}

/** Those of the paths that the kernel has. */
const thereAmong = ({ files }: Kernel, paths: ReadonlyArray<string>) =>
  files
    .ownKinds(paths)
    .flatMap((kind, at) => (kind === undefined ? [] : [{ path: paths[at] ?? "", directory: kind.directory }]))

/** Puts one of the mounts that are made on each path; no path is below another. */
const cover = (kernel: Kernel, verb: string, paths: ReadonlyArray<string>, make: () => ReadonlyArray<number>): void => {
  if (paths.length === 0) return
  const all = `${verb} ${paths.join(", ")}`
  const trees = stage(all, make)
  const points = stage(all, () => together(kernel, paths, (path) => openInRoot(kernel, path)))
  for (const [at, path] of paths.entries()) {
    const [tree, point] = [trees[at], points[at]]
    if (tree !== undefined && point !== undefined) stage(`${verb} ${path}`, () => attachTo(kernel, tree, point))
  }
}

/** One for each path. */
const emptyDirectories = (kernel: Kernel, paths: ReadonlyArray<string>): ReadonlyArray<number> => {
  const { sys } = kernel
  const contexts = together(kernel, paths, () => sys.fsopen("tmpfs", FSOPEN_CLOEXEC))
  for (const context of contexts) {
    sys.fsconfig(context, FSCONFIG_SET_STRING, "nr_inodes", "2", 0)
    sys.fsconfig(context, FSCONFIG_SET_STRING, "mode", "755", 0)
    sys.fsconfig(context, FSCONFIG_CMD_CREATE, null, null, 0)
  }
  const attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC
  const trees = together(kernel, contexts, (context) => sys.fsmount(context, FSMOUNT_CLOEXEC, attributes))
  for (const context of contexts) sys.close(context)
  return trees
}

/** Makes the root itself read-only; what is mounted below it keeps its own mode. */
export const lockRoot = (kernel: Kernel): void =>
  stage("make the root read-only", () => kernel.sys.mountSetattr(AT_FDCWD, "/", 0, { attrSet: MOUNT_ATTR_RDONLY }))
