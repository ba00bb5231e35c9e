import { AT_FDCWD, MNT_DETACH, MOVE_MOUNT_F_EMPTY_PATH, MS_PRIVATE, MS_REC } from "@gantry/linux/constants"
import type { RootSource } from "@gantry/core/runtime/ContainerSpec"
import { type IdMaps, ownerOutside } from "@gantry/core/runtime/IdMaps"
import { cloneTree } from "@gantry/linux/container/binds"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { mountMappedRoot, mountRoot, targetOf } from "@gantry/linux/container/mapped-root"
import { stage } from "@gantry/linux/container/StageFailure"

/** Keeps every mount made from here on inside this mount namespace, whatever the host's mounts propagate to. */
export const makePrivate = ({ sys }: Kernel): void =>
  stage("make mounts private", () => sys.mount(null, "/", null, MS_REC | MS_PRIVATE, null))

/** The container's root as its own namespace of users is to see it, attached nowhere yet. */
export const holdRoot = (kernel: Kernel, root: RootSource, users: IdMaps): number => {
  mountMappedRoot(kernel, root, { users, first: ownerOutside(users, { uid: 0, gid: 0 }) })
  return stage("mount root", () => cloneTree(kernel, targetOf(root), true))
}

/**
 * Makes the container's root this process' root, which is `held` already or mounted now. Nothing of the host can be reached
 * by path afterwards; what is still needed of it has to be held by descriptor.
 */
export const enterRoot = (kernel: Kernel, root: RootSource, held?: number): void => {
  const { sys } = kernel
  if (held === undefined) {
    mountRoot(kernel, root)
    stage("enter root", () => sys.chdir(targetOf(root)))
  } else {
    stage("enter root", () => {
      // Whoever has no rights outside may not get to the root's own place.
      sys.moveMount(held, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH)
      sys.fchdir(held)
      sys.close(held)
    })
  }
  stage("enter root", () => {
    // The old root ends up on top of the new one, at the same place, and is taken off again.
    sys.pivotRoot(".", ".")
    sys.umount2(".", MNT_DETACH)
    sys.chdir("/")
  })
}
