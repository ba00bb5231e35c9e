import type { MountSpec } from "@gantry/core/runtime/ContainerSpec"

/** Mounts in the order in which they can be made: outer targets before inner ones. */
export const outerFirst = (mounts: ReadonlyArray<MountSpec>): ReadonlyArray<MountSpec> =>
  mounts.toSorted((a, b) => depth(a.target) - depth(b.target))

const depth = (path: string): number => path.split("/").filter((part) => part !== "").length
