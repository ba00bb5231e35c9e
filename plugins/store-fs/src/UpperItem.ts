import type { BigIntStats } from "node:fs"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { entryFrom, isWhiteout } from "@gantry/core/tree/disk-entry"
import { parentOf } from "@gantry/core/tree/safe-path"
import type { TreeEntry } from "@gantry/core/tree/TreeEntry"
import type { Kernel } from "./kernel.ts"
import { carriedInside, ownedInside } from "./owned-inside.ts"
import { type Carried, readXattrs } from "./xattrs.ts"

/** Something in the writable directory of a tree. */
export interface UpperItem {
  /** Path in the tree; "" for the root. */
  readonly path: string
  /** Absolute path on the disk. */
  readonly disk: string
  readonly stat: BigIntStats
  readonly carried: Carried
  /** What it is in the tree: nothing for whiteouts, and for sockets. */
  readonly entry: TreeEntry | undefined
}

/** Where something lies, and how it is seen. */
interface Found extends Pick<UpperItem, "disk" | "path" | "stat"> {
  /** A path that leads to nothing else, whatever becomes of the usual one. */
  readonly place: string
  /** Whom files of whose belong to on the disk; whose they are when absent. */
  readonly owners: IdMaps | undefined
}

/** What was found, with its attributes. */
export const itemOf = (kernel: Kernel, { disk, owners, path, place, stat: raw }: Found): UpperItem => {
  const stat = ownedInside(raw, owners)
  const carried = carriedInside(readXattrs(kernel, place), owners)
  const entry = isWhiteout(stat) ? undefined : entryFrom(path, disk, stat, carried.xattrs, place)
  return { path, disk, stat, carried, entry }
}

/** Items by where they are in the tree. */
export interface Listing {
  readonly at: (path: string) => UpperItem | undefined
  /** The names in a directory, in any order. */
  readonly names: (directory: string) => ReadonlyArray<string>
}

/** The items of one writable directory, to be asked for one by one. */
export const listingOf = (items: ReadonlyArray<UpperItem>): Listing => {
  const byPath = new Map(items.map((item) => [item.path, item]))
  const names = new Map<string, Array<string>>()
  for (const { path } of items) {
    if (path === "") continue
    const name = path.slice(path.lastIndexOf("/") + 1)
    const siblings = names.get(parentOf(path))
    if (siblings === undefined) names.set(parentOf(path), [name])
    else siblings.push(name)
  }
  return { at: (path) => byPath.get(path), names: (directory) => names.get(directory) ?? [] }
}
