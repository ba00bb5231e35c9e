import type { RootSource } from "@gantry/core/runtime/ContainerSpec"
import type { IdMaps, Owner } from "@gantry/core/runtime/IdMaps"
import { MS_BIND, MS_REC, O_CLOEXEC, O_PATH } from "../constants.ts"
import { rootless } from "../rootless.ts"
import { cloneTree, mapOwners } from "./binds.ts"
import type { Kernel } from "./Kernel.ts"
import { attachTo } from "./mount-point.ts"
import { mountOverlay } from "./overlay.ts"
import { stage, StageFailure } from "./StageFailure.ts"

/** Where a container's root is mounted on. */
export const targetOf = (root: RootSource): string => {
  if (root.type === "opaque") {
    throw new StageFailure("mount root", `a root of the store ${root.store} has no place in this kernel`)
  }
  return root.type === "overlay" ? root.target : root.path
}

/** Mounts a container's root on its place. */
export const mountRoot = (kernel: Kernel, root: RootSource): void => {
  const target = targetOf(root)
  if (root.type === "overlay") mountOverlay(kernel, root)
  // pivot_root(2) wants a mount point.
  else stage("mount root", () => kernel.sys.mount(target, target, null, MS_BIND | MS_REC, null))
}

/** A container's own users. */
export interface OwnUsers {
  readonly users: IdMaps
  /** Its root, as numbered outside. */
  readonly first: Owner
}

/** Through whom files are seen. */
export interface OwnView extends Pick<OwnUsers, "users"> {
  /** Places whose files are seen so already; none when absent. */
  readonly seen?: Set<string>
}

/**
 * The same for a container with users of its own. The store has files as images have them: where the host's root makes
 * the container, all that the root is made of is seen with the owners that the container's own numbers have outside.
 * Where an ordinary user does, the store has written them so.
 */
export const mountMappedRoot = (kernel: Kernel, root: RootSource, own: OwnUsers & OwnView): void => {
  if (rootless() !== undefined) return mountRoot(kernel, root)
  seeWithOwners(kernel, root, own)
  asOwner(kernel, own.first, () => mountRoot(kernel, root))
}

/** Has all that a root is made of seen with other owners, but for what is `seen` so already, and takes it down as seen. */
export const seeWithOwners = (kernel: Kernel, root: RootSource, { seen = new Set(), users }: OwnView): void => {
  for (const place of placesOf(root)) {
    if (seen.has(place)) continue
    seeThrough(kernel, place, users)
    seen.add(place)
  }
}

/** Where the files of a root are. What is written and what overlayfs needs for that have to be below one mount. */
export const placesOf = (root: RootSource): ReadonlyArray<string> =>
  root.type === "overlay" ? [root.directory, commonDirectory([root.upper, root.work])] : [targetOf(root)]

/** Covers a directory with itself, its files with other owners. */
const seeThrough = (kernel: Kernel, directory: string, users: IdMaps): void =>
  stage(`map the owners of ${directory}`, () => {
    const tree = cloneTree(kernel, directory, true)
    mapOwners(kernel, tree, users)
    attachTo(kernel, tree, kernel.sys.open(directory, O_PATH | O_CLOEXEC))
  })

/**
 * Does something with all rights that there are, as somebody else. When that fails, so does all of the start. What overlayfs makes for itself belongs to who
 * mounts it, and where files are seen with other owners the host's root may be none of them.
 */
export const asOwner = <A>({ sys }: Kernel, { gid, uid }: Owner, work: () => A): A => {
  const rights = sys.capget()
  stage("change owner", () => {
    sys.setresgid(0, gid, 0)
    sys.setresuid(0, uid, 0)
    sys.capset(rights)
  })
  const made = work()
  stage("change owner", () => {
    sys.setresuid(0, 0, 0)
    sys.setresgid(0, 0, 0)
  })
  return made
}

/** The directory that has all of these in it. */
const commonDirectory = (all: ReadonlyArray<string>): string => {
  const paths = all.map((path) => path.split("/"))
  const [first = []] = paths
  const length = first.findIndex((name, at) => paths.some((path) => path[at] !== name))
  return first.slice(0, length < 0 ? first.length : length).join("/")
}
