import type { MountSpec } from "@gantry/core/runtime/ContainerSpec"
import type { Syscalls } from "@gantry/linux/Syscalls"
import type { StagedPaths } from "../config/mounts.ts"
import { type Inside, openInside } from "./inside.ts"

/**
 * What a container that is not made yet will find at a path: in its root, or in the mount that will cover it there. Each
 * look opens what it needs, and lets go of it.
 */
export const viewOf = (
  sys: Syscalls,
  mounts: ReadonlyArray<MountSpec>,
  { root, staged }: { readonly root: string; readonly staged: StagedPaths }
): Pick<Inside, "at"> => ({
  at: (path, use) => {
    const over = mounts
      .filter(({ target }) => path === target || path.startsWith(target === "/" ? "/" : `${target}/`))
      .toSorted((a, b) => b.target.length - a.target.length)[0]
    const source = over === undefined ? root : sourceOf(over, staged)
    if (source === undefined) return undefined
    // What is mounted at the very path is what the user named: it is taken as it is.
    if (over !== undefined && over.target === path) return use(source)
    const inside = openInside(sys, source)
    try {
      return inside.at(over === undefined ? path : path.slice(over.target.length), use)
    } finally {
      inside.close()
    }
  }
})

/** None for what begins empty. */
const sourceOf = (mount: MountSpec, staged: StagedPaths): string | undefined =>
  staged.mounts.get(mount) ?? (mount.type === "bind" ? mount.source : undefined)
