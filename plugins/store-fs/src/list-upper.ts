import { readdirSync } from "node:fs"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { byCodeUnit, joinPath } from "@gantry/core/tree/safe-path"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { UnsafePath } from "@gantry/core/store/StoreError"
import { isWhiteout, statOf } from "@gantry/core/tree/disk-entry"
import type { Kernel } from "./kernel.ts"
import { linked, type RootMeta, type UnionView } from "./UnionView.ts"
import { itemOf, type UpperItem } from "./UpperItem.ts"

/** All items of a writable directory that stands still, itself first, sorted by path. `owners`: whom files of whose belong to on the disk. */
export const listUpper = (kernel: Kernel, upper: string, owners?: IdMaps): ReadonlyArray<UpperItem> => {
  const items: Array<UpperItem> = []
  const add = (path: string, disk: string): void => {
    const stat = statOf(disk)
    if (stat === undefined) {
      // The runtime decodes names as UTF-8, and what is none of it cannot be asked for again.
      if (path.includes("\u{fffd}")) throw new UnsafePath({ path, why: "it is not UTF-8" })
      return
    }
    items.push(itemOf(kernel, { path, disk, place: disk, stat, owners }))
    if (stat.isDirectory()) for (const name of readdirSync(disk)) add(joinPath(path, name), `${disk}/${name}`)
  }
  add("", upper)
  return items.toSorted((a, b) => byCodeUnit(a.path, b.path))
}

/** What the items of a writable directory say about the tree below. */
export interface UpperChanges {
  /** Sorted by path. */
  readonly changes: ReadonlyArray<TreeChange>
  /** Items that say nothing: whiteouts of nothing, sockets. */
  readonly idle: ReadonlyArray<UpperItem>
  /** Directories that are marked opaque, with nothing below them to hide: overlayfs marks every directory it makes. */
  readonly idleMarks: ReadonlyArray<UpperItem>
}

const sameMap = (a: ReadonlyMap<string, Uint8Array> | undefined, b: ReadonlyMap<string, Uint8Array> | undefined) => {
  if ((a?.size ?? 0) !== (b?.size ?? 0)) return false
  for (const [name, value] of a ?? []) {
    const other = b?.get(name)
    if (other === undefined || !Buffer.from(value).equals(other)) return false
  }
  return true
}

/** Whether the root directory itself was changed. Its time does not count: it moves with every name in it. */
const rootChanged = ({ carried, stat }: UpperItem, root: RootMeta): boolean =>
  (Number(stat.mode) & 0o7777) !== root.mode ||
  Number(stat.uid) !== root.uid ||
  Number(stat.gid) !== root.gid ||
  !sameMap(carried.xattrs, root.xattrs)

/** Reads the items as changes against the view of the layers below. */
export const changesOf = (items: ReadonlyArray<UpperItem>, below: UnionView): UpperChanges => {
  const changes: Array<TreeChange> = []
  const idle: Array<UpperItem> = []
  const idleMarks: Array<UpperItem> = []
  const firsts = new Map<string, string>()
  // Below a directory that hides what is under it, nothing of the view is left to take away.
  const hiding: Array<string> = []
  const isHidden = (path: string): boolean => hiding.some((directory) => path.startsWith(directory))
  for (const item of items) {
    const { carried, entry, path, stat } = item
    if (path === "") {
      if (entry !== undefined && rootChanged(item, below.root)) changes.push(entry)
      continue
    }
    const hidden = isHidden(path)
    if (isWhiteout(stat)) {
      if (!hidden && below.at(path) !== undefined) changes.push({ type: "removed", path })
      else idle.push(item)
      continue
    }
    if (entry === undefined) {
      idle.push(item)
      continue
    }
    if (entry.type === "directory") {
      changes.push(entry)
      const merges = !hidden && below.hasDirectory(path)
      if (carried.opaque && merges) {
        changes.push({ type: "opaque", path })
        hiding.push(`${path}/`)
      } else if (carried.opaque) idleMarks.push(item)
      continue
    }
    if (!hidden && below.hasDirectory(path)) changes.push({ type: "removed", path })
    changes.push(stat.nlink > 1n ? linked(firsts, entry, "", stat) : entry)
  }
  return { changes, idle, idleMarks }
}

/** What the items of a stored layer say, whatever lies below it. `hasRoot`: it speaks of the root directory. */
export const layerChanges = (items: ReadonlyArray<UpperItem>, hasRoot: boolean): ReadonlyArray<TreeChange> => {
  const changes: Array<TreeChange> = []
  const firsts = new Map<string, string>()
  for (const { carried, entry, path, stat } of items) {
    if (isWhiteout(stat)) {
      changes.push({ type: "removed", path })
      continue
    }
    if (entry === undefined || (path === "" && !hasRoot)) continue
    changes.push(stat.nlink > 1n ? linked(firsts, entry, "", stat) : entry)
    if (carried.opaque) changes.push({ type: "opaque", path })
  }
  return changes
}
