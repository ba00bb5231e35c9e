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
  MOUNT_ATTR_RDONLY
} from "@gantry/linux/constants"
import { maskedPaths, processors, readonlyPaths, throttlePaths } from "@gantry/linux/container/kernel-paths"
import { cloneTree } from "@gantry/linux/container/binds"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { attachTo, openInRoot } from "@gantry/linux/container/mount-point"
import { stage } from "@gantry/linux/container/StageFailure"

/** Covers masked files with /dev/null and masked directories with an empty one. What the kernel does not have is skipped. */
export const maskPaths = (kernel: Kernel): void => {
  const { files } = kernel
  const cpus = files.ownKind(processors) === undefined ? [] : files.list(processors)
  for (const path of [...maskedPaths, ...throttlePaths(cpus)]) {
    const found = files.ownKind(path)
    if (found === undefined) continue
    stage(`mask ${path}`, () =>
      attachTo(
        kernel,
        found.directory ? emptyDirectory(kernel) : cloneTree(kernel, "/dev/null", false),
        openInRoot(kernel, path)
      )
    )
  }
}

const emptyDirectory = ({ sys }: Kernel): number => {
  const context = sys.fsopen("tmpfs", FSOPEN_CLOEXEC)
  sys.fsconfig(context, FSCONFIG_SET_STRING, "nr_inodes", "2", 0)
  sys.fsconfig(context, FSCONFIG_SET_STRING, "mode", "755", 0)
  sys.fsconfig(context, FSCONFIG_CMD_CREATE, null, null, 0)
  const tree = sys.fsmount(
    context,
    FSMOUNT_CLOEXEC,
    MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC
  )
  sys.close(context)
  return tree
}

/** Covers paths with a read-only view of themselves. */
export const lockPaths = (kernel: Kernel): void => {
  for (const path of readonlyPaths) {
    if (kernel.files.ownKind(path) === undefined) continue
    stage(`lock ${path}`, () => {
      const tree = cloneTree(kernel, path, true)
      kernel.sys.mountSetattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, {
        attrSet: MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC
      })
      attachTo(kernel, tree, openInRoot(kernel, path))
    })
  }
}

/** Makes the root itself read-only; what is mounted below it keeps its own mode. */
export const lockRoot = (kernel: Kernel): void =>
  stage("make the root read-only", () => kernel.sys.mountSetattr(AT_FDCWD, "/", 0, { attrSet: MOUNT_ATTR_RDONLY }))
