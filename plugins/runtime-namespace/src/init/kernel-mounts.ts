import {
  AT_EMPTY_PATH,
  AT_RECURSIVE,
  FSCONFIG_CMD_CREATE,
  FSMOUNT_CLOEXEC,
  FSOPEN_CLOEXEC,
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_RDONLY
} from "@gantry/linux/constants"
import { rootless } from "@gantry/linux/rootless"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { cloneTree } from "@gantry/linux/container/binds"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { attach } from "@gantry/linux/container/mount-point"
import { ownsNetwork } from "@gantry/linux/container/set-up-links"
import { stage } from "@gantry/linux/container/StageFailure"

/** Places of the kernel's own file systems. */
type KernelPlace = "/proc" | "/sys" | "/dev/mqueue"

/** Kernel file systems that were mounted ahead, attached nowhere yet. */
export type KernelMounts = ReadonlyMap<KernelPlace, number>

const types: { readonly [place in KernelPlace]: string } = { "/proc": "proc", "/sys": "sysfs", "/dev/mqueue": "mqueue" }

/**
 * Mounts for an ordinary user what the kernel gives such a user only while the host's own mount of it is in view, and
 * takes over the host's where the container shares a namespace with it: only the owner of a namespace may mount what
 * shows it. For root there are none, its are mounted in place.
 */
export const holdKernelMounts = (kernel: Kernel, { namespaces, wiring }: ContainerSpec): KernelMounts => {
  if (rootless() === undefined) return new Map()
  const own: ReadonlyArray<readonly [KernelPlace, boolean]> = [
    ["/proc", namespaces.pid !== "host"],
    ["/sys", ownsNetwork(wiring) || wiring.some(({ type }) => type === "join")],
    ["/dev/mqueue", namespaces.ipc !== "host"]
  ]
  return new Map(
    own.map(([place, isOwn]) => [
      place,
      stage(`mount ${place}`, () => (isOwn ? detached(kernel, types[place]) : cloneTree(kernel, place, true)))
    ])
  )
}

const detached = ({ sys }: Kernel, type: string): number => {
  const context = sys.fsopen(type, FSOPEN_CLOEXEC)
  try {
    sys.fsconfig(context, FSCONFIG_CMD_CREATE, null, null, 0)
    return sys.fsmount(context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)
  } finally {
    sys.close(context)
  }
}

/** Puts one of them in its place. False when none was mounted ahead. */
export const attachKernelMount = (
  kernel: Kernel,
  held: KernelMounts,
  place: KernelPlace,
  readonly = false
): boolean => {
  const tree = held.get(place)
  if (tree === undefined) return false
  stage(`mount ${place}`, () => {
    if (readonly) kernel.sys.mountSetattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, { attrSet: MOUNT_ATTR_RDONLY })
    attach(kernel, tree, place, "directory")
  })
  return true
}
