import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_RECURSIVE,
  MOUNT_ATTR_IDMAP,
  MOUNT_ATTR_RDONLY,
  MS_PRIVATE,
  MS_RDONLY,
  MS_SHARED,
  MS_SLAVE,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
  RESOLVE_BENEATH,
  RESOLVE_NO_MAGICLINKS
} from "../constants.ts"
import type { MountSpec } from "@gantry/core/runtime/ContainerSpec"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { failedWith } from "../SyscallError.ts"
import { type Kernel, now, userNamespaceIn } from "./Kernel.ts"
import { closedToMounts } from "./kernel-paths.ts"
import { attachTo, openInRoot, openMountPoint, type PointKind } from "./mount-point.ts"
import { outerFirst } from "./outer-first.ts"
import { stage, StageFailure } from "./StageFailure.ts"
import { tmpfsOptions } from "./tmpfs-options.ts"

/** A copy of a mount of the host, not attached anywhere yet. */
export interface HeldBind {
  readonly tree: number
  readonly kind: PointKind
}

/** What has to be taken from the host before its root is out of reach. */
export type HeldMounts = ReadonlyMap<MountSpec, HeldBind>

/** A copy of what a path shows, as a descriptor to attach later. */
export const cloneTree = ({ sys }: Kernel, path: string, recursive: boolean): number =>
  sys.openTree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0))

/** Opens the source of every bind mount, still in the host's view. */
export const holdBinds = (kernel: Kernel, mounts: ReadonlyArray<MountSpec>): Map<MountSpec, HeldBind> => {
  const held = new Map<MountSpec, HeldBind>()
  for (const mount of mounts) {
    if (mount.type !== "bind") continue
    const name = `bind ${mount.source}${mount.subpath === undefined ? "" : `/${mount.subpath}`}`
    const below = mount.subpath === undefined ? undefined : stage(name, () => openBelow(kernel, mount))
    const path = below === undefined ? mount.source : `/proc/self/fd/${below}`
    const found = stage(name, () => kernel.files.kind(path))
    if (found === undefined) throw new StageFailure(name, `${mount.source} does not exist`)
    const tree = stage(name, () => cloneTree(kernel, path, mount.recursive))
    const { idMap } = mount
    if (idMap !== undefined) stage(`map the owners of ${mount.source}`, () => mapOwners(kernel, tree, idMap))
    if (below !== undefined) kernel.sys.close(below)
    held.set(mount, { tree, kind: found.directory ? "directory" : "file" })
  }
  return held
}

/**
 * Has the files of a mount, attached nowhere yet, and of all mounts below it, seen with other owners. It takes the rights
 * over the file system, which the host's root has.
 */
export const mapOwners = (kernel: Kernel, tree: number, maps: IdMaps): void => {
  const usernsFd = userNamespaceIn(kernel, maps)
  try {
    now(kernel, () =>
      kernel.sys.mountSetattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, { attrSet: MOUNT_ATTR_IDMAP, usernsFd })
    )
  } catch (error) {
    if (!failedWith(error, "EINVAL")) throw error
    throw new Error("its file system, or one mounted below it, cannot show files with other owners (EINVAL)", {
      cause: error
    })
  }
}

/** A path below a bind's source. Containers write to it: no link of theirs leads out, whatever they change meanwhile. */
const openBelow = ({ sys }: Kernel, { source, subpath = "." }: MountSpec & { type: "bind" }): number => {
  const root = sys.open(source, O_PATH | O_DIRECTORY | O_CLOEXEC)
  try {
    return sys.openat2(root, subpath, {
      flags: O_PATH | O_CLOEXEC,
      resolve: RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS
    })
  } finally {
    sys.close(root)
  }
}

/**
 * Mounts what the user asked for, outer targets before inner ones, in the container's root. File systems in memory become
 * read-only at last: they begin empty, and others may be mounted in them.
 */
export const mountAsked = (kernel: Kernel, mounts: ReadonlyArray<MountSpec>, held: HeldMounts): void => {
  const closed: Array<readonly [string, number]> = []
  for (const mount of outerFirst(mounts)) {
    stage(`mount ${mount.target}`, () => {
      const bind = held.get(mount)
      if (mount.type === "tmpfs") {
        const top = mountTmpfs(kernel, mount)
        if (top !== undefined) closed.push([mount.target, top])
      } else if (bind !== undefined) attachBind(kernel, mount, bind)
    })
  }
  for (const [target, top] of closed) {
    stage(`make ${target} read-only`, () =>
      kernel.sys.mountSetattr(top, "", AT_EMPTY_PATH, { attrSet: MOUNT_ATTR_RDONLY })
    )
    kernel.sys.close(top)
  }
}

const propagationFlags = { private: MS_PRIVATE, shared: MS_SHARED, slave: MS_SLAVE } as const

/** What is mounted as a copy of something that is there. */
export type Attached = Exclude<MountSpec, { readonly type: "tmpfs" }>

/** Gives the copy of a mount, attached nowhere yet, the properties that were asked for. */
export const finishBind = (kernel: Kernel, mount: Attached, tree: number): void => {
  const asked = (mount.type === "bind" ? mount.propagation : undefined) ?? "rprivate"
  const recursive = asked.startsWith("r") ? AT_RECURSIVE : 0
  const propagation = propagationFlags[asked.replace(/^r/, "") as keyof typeof propagationFlags]
  kernel.sys.mountSetattr(tree, "", AT_EMPTY_PATH | recursive, { propagation })
  if (mount.type === "file" || mount.readonly) {
    const below = mount.type === "bind" && mount.writableBelow === true ? 0 : AT_RECURSIVE
    kernel.sys.mountSetattr(tree, "", AT_EMPTY_PATH | below, { attrSet: MOUNT_ATTR_RDONLY })
  }
}

const attachBind = (kernel: Kernel, mount: Attached, { tree, kind }: HeldBind): void => {
  finishBind(kernel, mount, tree)
  const point = openOwnPoint(kernel, mount, kind)
  const there = kernel.files.kind(`/proc/self/fd/${point}`)
  // Words of runc, which people look for: the kernel only says that it is invalid.
  if (there !== undefined && there.directory !== (kind === "directory"))
    throw new Error(
      "not a directory: are you trying to mount a directory onto a file (or vice-versa)? Check that the path is of the expected type"
    )
  attachTo(kernel, tree, point)
}

/** The mount point of what was asked for, wherever links of the image lead: not to where the kernel's own files are. */
const openOwnPoint = (kernel: Kernel, mount: MountSpec, kind: PointKind): number => {
  const point = openMountPoint(kernel, mount.target, kind)
  const path = kernel.files.readLink(`/proc/self/fd/${point}`)
  const same = path === "/proc" && mount.type === "bind" && mount.source === "/proc"
  if (closedToMounts(path) && !same) throw new Error(`it leads to ${path}, which is the container's own`)
  return point
}

/** Returns a descriptor of one that is to be read-only and is not yet. */
const mountTmpfs = (kernel: Kernel, mount: MountSpec & { type: "tmpfs" }): number | undefined => {
  const { data, flags } = tmpfsOptions(mount.options)
  const point = openOwnPoint(kernel, mount, "directory")
  kernel.sys.mount("tmpfs", `/proc/self/fd/${point}`, "tmpfs", flags & ~MS_RDONLY, data)
  kernel.sys.close(point)
  return (flags & MS_RDONLY) === 0 ? undefined : openInRoot(kernel, mount.target)
}
