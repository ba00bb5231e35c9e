import { chmodSync, lchownSync, mkdirSync } from "node:fs"
import { join, relative } from "node:path"
import { makeOnePassable } from "@gantry/core/make-passable"
import { type IdMaps, ownerOutside } from "@gantry/core/runtime/IdMaps"
import type { TreeHandle } from "@gantry/core/store/LayerStore"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { statOf } from "@gantry/core/tree/disk-entry"
import type { Kernel } from "./kernel.ts"
import { type LayerRow, visibleRows } from "./layer-rows.ts"
import type { MappedTree } from "./mapped-trees.ts"
import { putAway } from "./place-layer.ts"
import type { Places } from "./places.ts"
import { skeletonName } from "./skeleton.ts"
import { treeWriter } from "./TreeWriter.ts"
import { plainRoot, type RootMeta, type UnionView, unionView, type ViewLayer } from "./UnionView.ts"
import { readXattrs, replaceXattrs } from "./xattrs.ts"

/** What the topmost layer that speaks of the root directory says. Overlayfs asks the topmost directory, whoever made it. */
export const rootMeta = (rows: ReadonlyArray<LayerRow>, layers: ReadonlyArray<ViewLayer>): RootMeta => {
  const index = rows.findIndex((row) => row.hasRoot)
  const found = layers[index]
  const stat = found === undefined ? undefined : statOf(found.directory)
  if (found === undefined || stat === undefined) return plainRoot
  const xattrs = found.kernel === undefined ? undefined : readXattrs(found.kernel, found.directory).xattrs
  return {
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeNs: stat.mtimeNs,
    ...(xattrs && { xattrs })
  }
}

/** Makes the directories of a tree whose row was just written. */
export const makeTree = (places: Places, id: string, root: RootMeta, kernel: Kernel | undefined): void => {
  const home = join(places.trees, id)
  // Left by a process that died before its row was written.
  putAway(places, home)
  makeOnePassable(home)
  for (const name of ["diff", "work", "merged"]) mkdirSync(join(home, name), { mode: 0o755 })
  const upper = join(home, "diff")
  lchownSync(upper, root.uid, root.gid)
  chmodSync(upper, root.mode)
  if (kernel !== undefined) replaceXattrs(kernel, upper, root.xattrs, true)
}

/** Name of the directory in a tree's home that has its mount points. */
const pointsName = "points"

/** Mount points, and what they are made above: a view of the layers, or these with other owners on the disk. */
export interface PointsRequest {
  readonly below: UnionView
  readonly mapped: MappedTree | undefined
  readonly owners: IdMaps | undefined
  readonly kernel: Kernel
  readonly points: Iterable<TreeChange>
}

/** Puts the mount points of a tree between what is written in it and its layers. */
export const makePoints = (
  places: Places,
  id: string,
  { below, kernel, mapped, owners, points }: PointsRequest
): void => {
  const directory = join(places.trees, id, pointsName)
  mkdirSync(directory, { mode: 0o755 })
  const onDisk =
    mapped === undefined ? below : unionView([{ directory: join(places.mapped, mapped.name, "diff"), kernel }])
  const writer = treeWriter(kernel, directory, onDisk)
  for (const point of points) {
    const owned = owners === undefined || !("uid" in point) ? point : { ...point, ...ownerOutside(owners, point) }
    for (const pause of writer.apply(owned)) void pause
  }
  writer.finish()
}

/**
 * How a tree on layers (base first) is mounted. `points`: it has mount points; `bare`: it is without the skeleton; `mapped`:
 * what it stands on in place of its layers.
 */
export const handleOf = (
  places: Places,
  {
    bare,
    id,
    parents,
    mapped,
    points
  }: Pick<TreeHandle, "id" | "parents"> & {
    readonly points: boolean
    readonly bare: boolean
    readonly mapped?: MappedTree | undefined
  },
  rows: ReadonlyArray<LayerRow>
): TreeHandle => {
  const { layers } = places
  const directory = mapped === undefined ? layers : join(places.mapped, mapped.name)
  const lower = [
    ...(points ? [relative(directory, join(places.trees, id, pointsName))] : []),
    ...(mapped === undefined
      ? [
          ...visibleRows(rows)
            .toReversed()
            .map((row) => `${row.short}/diff`),
          ...(bare ? [] : [`${skeletonName}/diff`])
        ]
      : ["diff"])
  ]
  return {
    id,
    parents,
    root: {
      type: "overlay",
      directory,
      lower,
      ...(mapped?.described === true ? { contents: relative(directory, layers) } : {}),
      upper: join(places.trees, id, "diff"),
      work: join(places.trees, id, "work"),
      target: join(places.trees, id, "merged")
    }
  }
}
