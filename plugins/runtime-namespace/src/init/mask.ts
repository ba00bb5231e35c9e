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
import { cloneTree } from "./binds.ts"
import type { Kernel } from "./Kernel.ts"
import { attachTo, openInRoot } from "./mount-point.ts"
import { stage } from "./StageFailure.ts"

/** What a container must not see. Source: moby, default masked paths. */
export const maskedPaths: ReadonlyArray<string> = [
  "/proc/acpi",
  "/proc/asound",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/sys/devices/virtual/powercap",
  "/sys/firmware"
]

/** What a container must not write to. Source: moby, default read-only paths. */
export const readonlyPaths: ReadonlyArray<string> = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger"
]

/** One directory for each processor can hold `thermal_throttle`, which moby masks too. */
const processors = "/sys/devices/system/cpu"

/** Covers masked files with /dev/null and masked directories with an empty one. What the kernel does not have is skipped. */
export const maskPaths = (kernel: Kernel): void => {
  const { files } = kernel
  const cpus = files.ownKind(processors) === undefined ? [] : files.list(processors)
  const throttles = cpus
    .filter((name) => /^cpu[0-9]+$/.test(name))
    .map((name) => `${processors}/${name}/thermal_throttle`)
  for (const path of [...maskedPaths, ...throttles]) {
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
