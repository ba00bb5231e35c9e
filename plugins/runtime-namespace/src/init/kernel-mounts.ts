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
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { cloneTree } from "@gantry/linux/container/binds"
import { type Kernel, ownKind } from "@gantry/linux/container/Kernel"
import { attach } from "@gantry/linux/container/mount-point"
import { restricted } from "@gantry/linux/container/restricted"
import { ownsNetwork } from "@gantry/linux/container/set-up-links"
import { stage } from "@gantry/linux/container/StageFailure"

/** Places of the kernel's own file systems. */
const kernelPlaces = ["/proc", "/sys", "/dev/mqueue"] as const
type KernelPlace = (typeof kernelPlaces)[number]

/** Kernel file systems that were mounted ahead, attached nowhere yet. */
export type KernelMounts = ReadonlyMap<KernelPlace, number>

const types: { readonly [place in KernelPlace]: string } = { "/proc": "proc", "/sys": "sysfs", "/dev/mqueue": "mqueue" }

/**
 * Mounts for who is not the host's root what the kernel gives such a user only while the host's own mount of it is in
 * view, and takes over the host's where the container shares a namespace with it: only the owner of a namespace may
 * mount what shows it. For root there are none, its are mounted in place.
 */
export const holdKernelMounts = (
  kernel: Kernel,
  spec: ContainerSpec,
  places: ReadonlyArray<KernelPlace> = kernelPlaces
): KernelMounts => {
  if (!restricted(spec)) return new Map()
  const { namespaces, wiring } = spec
  const isOwn: { readonly [place in KernelPlace]: boolean } = {
    "/proc": namespaces.pid !== "host",
    "/sys": ownsNetwork(wiring) || wiring.some(({ type }) => type === "join"),
    "/dev/mqueue": namespaces.ipc !== "host"
  }
  return new Map(
    places
      // Not every host has what it shares.
      .filter((place) => isOwn[place] || ownKind(kernel, place) !== undefined)
      .map((place) => [
        place,
        stage(`mount ${place}`, () => (isOwn[place] ? detached(kernel, types[place]) : cloneTree(kernel, place, true)))
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
