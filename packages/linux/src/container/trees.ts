import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_CLOEXEC,
  O_PATH,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS
} from "../constants.ts"
import { failedWith } from "../SyscallError.ts"
import type { ContainerSpec, MountSpec } from "@gantry/core/runtime/ContainerSpec"
import type { HeldBind } from "./binds.ts"
import type { Kernel } from "./Kernel.ts"
import { mountMappedRoot, type OwnUsers, type OwnView, placesOf } from "./mapped-root.ts"
import { mountOverlay } from "./overlay.ts"
import { stage, StageFailure } from "./StageFailure.ts"

type TreeMount = Extract<MountSpec, { readonly type: "tree" }>

/**
 * Mounts the trees that are to be seen in the container and opens what is wanted of them, still in the host's view but
 * in a mount namespace that nobody else sees. Their own mount points go with the host's root. The root itself is mounted
 * already where the container has users of its own, with whose owners the trees are seen.
 */
export const holdTrees = (
  kernel: Kernel,
  { mounts, root }: Pick<ContainerSpec, "mounts" | "root">,
  own?: OwnUsers
): ReadonlyMap<MountSpec, HeldBind> => {
  const view = own === undefined ? undefined : { ...own, seen: new Set(placesOf(root)) }
  return new Map(
    mounts.flatMap((mount) => (mount.type === "tree" ? [[mount, holdTree(kernel, mount, view)] as const] : []))
  )
}

const holdTree = (
  kernel: Kernel,
  { root, source, target }: TreeMount,
  view: (OwnUsers & OwnView) | undefined
): HeldBind => {
  const { files, sys } = kernel
  if (root.type === "opaque") {
    throw new StageFailure(`mount ${target}`, `a tree of the store ${root.store} has no place in this kernel`)
  }
  if (view !== undefined) mountMappedRoot(kernel, root, view)
  else if (root.type === "overlay") mountOverlay(kernel, root)
  const top = root.type === "overlay" ? root.target : root.path
  return stage(`mount ${target}`, () => {
    const directory = sys.openat2(AT_FDCWD, top, { flags: O_PATH | O_CLOEXEC })
    try {
      // The tree may be a hostile image: its links are followed inside of it only.
      const resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
      const place = sys.openat2(directory, source, { flags: O_PATH | O_CLOEXEC, resolve })
      const kind = files.kind(`/proc/self/fd/${place}`)?.directory === true ? "directory" : "file"
      const tree = sys.openTree(place, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH)
      sys.close(place)
      return { tree, kind } as const
    } catch (error) {
      if (failedWith(error, "ENOENT")) throw new StageFailure(`mount ${target}`, `${source} is not in what is mounted`)
      throw error
    } finally {
      sys.close(directory)
    }
  })
}
