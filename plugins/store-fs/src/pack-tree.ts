import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync } from "node:fs"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import { entryFrom, statOf } from "@gantry/core/tree/disk-entry"
import { errorCode } from "./error-code.ts"
import type { Kernel } from "./kernel.ts"
import { changesOf, listUpper } from "./list-upper.ts"
import { carriedInside, ownedInside } from "./owned-inside.ts"
import type { UnionView } from "./UnionView.ts"
import { readXattrs } from "./xattrs.ts"

/** What a writable directory stands on. */
export interface Standing {
  readonly kernel: Kernel
  /** The view of the layers below it. */
  readonly below: UnionView
  /** Whom files of whose belong to on the disk; whose they are when absent. */
  readonly owners?: IdMaps | undefined
}

/**
 * The archive of a writable directory on the view of the layers below it. See `LayerStore.packTree`.
 *
 * A container may be at work in the directory, and may be hostile: whatever it swaps for a link while we read, no bytes
 * from outside the directory get into the archive.
 */
export async function* treePieces({ below, kernel, owners }: Standing, upper: string): AsyncGenerator<Buffer, void> {
  // The kernel names open files by their real path.
  const directory = realpathSync(upper)
  const stat = statOf(directory)
  const root =
    stat === undefined
      ? undefined
      : entryFrom("", directory, ownedInside(stat, owners), carriedInside(readXattrs(kernel, directory), owners).xattrs)
  if (root === undefined) throw new Error(`${upper} is gone`)
  const top = { directory, kernel, live: true, ...(owners === undefined ? {} : { owners }) }
  const entries = below.under(top, root).walk("")
  yield* tarPieces(withRoot(root, entries), openInside(directory))
}

/**
 * The archive of what a writable directory says against the view of the layers below it. See `LayerStore.packChanges`,
 * and {@link treePieces} for who may be at work in it.
 */
export async function* changePieces({ below, kernel, owners }: Standing, upper: string): AsyncGenerator<Buffer, void> {
  const directory = realpathSync(upper)
  yield* tarPieces(changesOf(listUpper(kernel, directory, owners), below).changes, openInside(directory))
}

function* withRoot(root: TreeEntry, entries: Iterable<TreeEntry>): Generator<TreeEntry, void> {
  yield root
  yield* entries
}

const openInside =
  (directory: string) =>
  (path: string): number | undefined => {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    // Layers stand still.
    if (!path.startsWith(`${directory}/`)) return openSync(path, flags)
    let fd: number
    try {
      fd = openSync(path, flags)
    } catch (cause) {
      const code = errorCode(cause)
      if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "ENXIO") return undefined
      throw cause
    }
    // A directory on the way may have become a link since it was listed; the kernel knows where we really are.
    if (fstatSync(fd).isFile() && readlinkSync(`/proc/self/fd/${fd}`) === path) return fd
    closeSync(fd)
    return undefined
  }
