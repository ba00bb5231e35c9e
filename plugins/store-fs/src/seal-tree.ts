import { unlinkSync } from "node:fs"
import type { Digest } from "@gantry/core/image/Digest"
import { hasher } from "@gantry/core/image/Digest"
import { canonicalChanges } from "@gantry/core/tree/canonical-changes"
import { UnsafePath } from "@gantry/core/store/StoreError"
import { nameOf, parentOf } from "@gantry/core/tree/safe-path"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { whiteoutPrefix } from "@gantry/core/tree/whiteout"
import { AT_SYMLINK_NOFOLLOW } from "@gantry/linux/constants"
import type { Kernel } from "./kernel.ts"
import { changesOf, listUpper } from "./list-upper.ts"
import type { UnionView } from "./UnionView.ts"
import type { UpperItem } from "./UpperItem.ts"
import { opaqueXattr } from "./xattrs.ts"

/** A writable directory that is now exactly what its archive says. */
export interface Sealed {
  readonly diffId: Digest
  /** Bytes of the archive. */
  readonly size: number
  readonly entries: number
  readonly hasXattrs: boolean
  readonly hasRoot: boolean
  readonly opaqueRoot: boolean
}

const second = 1_000_000_000n

/** The time an archive can hold: whole seconds, not after the clamp. */
const kept = (mtimeNs: bigint, clampNs: bigint | undefined): bigint => {
  const least = clampNs !== undefined && clampNs < mtimeNs ? clampNs : mtimeNs
  return least - (((least % second) + second) % second)
}

/**
 * Makes a writable directory equal to its archive: times that the archive cannot hold, marks that mean nothing and
 * attributes of overlayfs are taken off. So a layer is the same tree whether it was built here or pulled.
 *
 * Returns its changes; none when there are none.
 */
export const settleTree = (
  kernel: Kernel,
  upper: string,
  below: UnionView,
  clampNs: bigint | undefined
): ReadonlyArray<TreeChange> => {
  const items = listUpper(kernel, upper)
  const { changes, idle, idleMarks } = changesOf(items, below)
  if (changes.length === 0) return []
  const disturbed = new Set<string>()
  for (const { disk, path } of idle) {
    unlinkSync(disk)
    disturbed.add(parentOf(path))
  }
  for (const { disk } of idleMarks) kernel.lremovexattr(disk, opaqueXattr())
  const stripped = new Set<bigint>()
  for (const { carried, disk, stat } of items) {
    // Names of one file share their attributes.
    if (carried.private.length === 0 || stripped.has(stat.ino)) continue
    stripped.add(stat.ino)
    for (const name of carried.private) kernel.lremovexattr(disk, name)
  }
  const dropped = new Set<UpperItem>(idle)
  for (const item of items) {
    const mtimeNs = kept(item.stat.mtimeNs, clampNs)
    if (dropped.has(item) || (mtimeNs === item.stat.mtimeNs && !disturbed.has(item.path))) continue
    kernel.utimensat(item.disk, mtimeNs, mtimeNs, AT_SYMLINK_NOFOLLOW)
  }
  return canonicalChanges(
    changes.map((change) => ("mtimeNs" in change ? { ...change, mtimeNs: kept(change.mtimeNs, clampNs) } : change))
  )
}

/** Bytes after which others get their turn. */
const turn = 8 * 1024 * 1024

/**
 * Hashes the archive of settled changes, letting other work of this process go on in between. Throws `UnsafePath` for a
 * name that an archive of a layer cannot have.
 */
export const sealTree = async (changes: ReadonlyArray<TreeChange>, breathe: () => Promise<void>): Promise<Sealed> => {
  for (const { path } of changes) {
    if (nameOf(path).startsWith(whiteoutPrefix)) {
      throw new UnsafePath({ path, why: `${whiteoutPrefix} before a name says in a layer that it is gone` })
    }
  }
  const seen = hasher()
  let since = 0
  for (const piece of tarPieces(changes)) {
    seen.update(piece)
    since += piece.length
    if (since < turn) continue
    since = 0
    await breathe()
  }
  return {
    size: seen.size(),
    diffId: seen.digest(),
    entries: changes.length,
    hasXattrs: changes.some(
      (change) => change.type === "opaque" || ("xattrs" in change && change.xattrs !== undefined)
    ),
    hasRoot: changes.some((change) => change.path === "" && change.type === "directory"),
    // A tree says that it hides the root by one whiteout for each name below.
    opaqueRoot: false
  }
}
