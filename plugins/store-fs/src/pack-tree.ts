import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync } from "node:fs"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import { errorCode } from "./error-code.ts"
import type { Kernel } from "./kernel.ts"
import { listLive } from "./list-live.ts"
import { changesOf } from "./list-upper.ts"
import type { UnionView } from "./UnionView.ts"
import { listingOf } from "./UpperItem.ts"

/** What a writable directory stands on. */
export interface Standing {
  readonly kernel: Kernel
  /** The view of the layers below it. */
  readonly below: UnionView
  /** Whom files of whose belong to on the disk; whose they are when absent. */
  readonly owners?: IdMaps | undefined
}

/**
 * The archive of writable directories, topmost first, on the view of the layers below them. See `LayerStore.packTree`.
 *
 * A container may be at work in them, and may be hostile: whatever it swaps for a link while we read, no bytes and no names
 * from outside the directories get into the archive.
 */
export async function* treePieces(
  { below, kernel, owners }: Standing,
  uppers: readonly [string, ...ReadonlyArray<string>]
): AsyncGenerator<Buffer, void> {
  const tops = uppers.map((upper) => {
    // The kernel names open files by their real path.
    const directory = realpathSync(upper)
    const listed = listingOf(listLive(kernel, directory, owners))
    const root = listed.at("")?.entry
    if (root === undefined) throw new Error(`${upper} is gone`)
    return { layer: { directory, kernel, listed }, root }
  })
  const view = tops.reduceRight((lower, { layer, root }) => lower.under(layer, root), below)
  const directories = tops.map(({ layer }) => layer.directory)
  yield* tarPieces(withRoot(tops[0]?.root, view.walk("")), openInside(directories))
}

/**
 * The archive of what a writable directory says against the view of the layers below it. See `LayerStore.packChanges`,
 * and {@link treePieces} for who may be at work in it.
 */
export async function* changePieces({ below, kernel, owners }: Standing, upper: string): AsyncGenerator<Buffer, void> {
  const directory = realpathSync(upper)
  yield* tarPieces(changesOf(listLive(kernel, directory, owners), below).changes, openInside([directory]))
}

function* withRoot(root: TreeEntry | undefined, entries: Iterable<TreeEntry>): Generator<TreeEntry, void> {
  if (root !== undefined) yield root
  yield* entries
}

const openInside =
  (directories: ReadonlyArray<string>) =>
  (path: string): number | undefined => {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    // Layers stand still.
    if (!directories.some((directory) => path.startsWith(`${directory}/`))) return openSync(path, flags)
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
