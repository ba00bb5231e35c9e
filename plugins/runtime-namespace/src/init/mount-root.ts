import { MNT_DETACH, MS_BIND, MS_PRIVATE, MS_REC } from "@gantry/linux/constants"
import type { RootSource } from "@gantry/core/runtime/ContainerSpec"
import type { Kernel } from "@gantry/linux/container/Kernel"
import { mountOverlay } from "@gantry/linux/container/overlay"
import { stage, StageFailure } from "@gantry/linux/container/StageFailure"

/** Keeps every mount made from here on inside this mount namespace, whatever the host's mounts propagate to. */
export const makePrivate = ({ sys }: Kernel): void =>
  stage("make mounts private", () => sys.mount(null, "/", null, MS_REC | MS_PRIVATE, null))

/**
 * Mounts the container's root and makes it this process' root. Nothing of the host can be reached by path afterwards;
 * what is still needed of it has to be held by descriptor.
 */
export const enterRoot = (kernel: Kernel, root: RootSource): void => {
  const { sys } = kernel
  if (root.type === "opaque") {
    throw new StageFailure("mount root", `a root of the store ${root.store} has no place in this kernel`)
  }
  const target = root.type === "overlay" ? root.target : root.path
  if (root.type === "overlay") mountOverlay(kernel, root)
  // pivot_root(2) wants a mount point.
  else stage("mount root", () => sys.mount(target, target, null, MS_BIND | MS_REC, null))
  stage("enter root", () => {
    sys.chdir(target)
    // The old root ends up on top of the new one, at the same place, and is taken off again.
    sys.pivotRoot(".", ".")
    sys.umount2(".", MNT_DETACH)
    sys.chdir("/")
  })
}
