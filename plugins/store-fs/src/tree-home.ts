import { chmodSync, lchownSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import type { Stack, TreeHandle } from "@gantry/core/store/LayerStore"
import { statOf } from "./disk-entry.ts"
import type { Kernel } from "./kernel.ts"
import { type LayerRow, visibleRows } from "./layer-rows.ts"
import { putAway } from "./place-layer.ts"
import type { Places } from "./places.ts"
import { skeletonName } from "./skeleton.ts"
import { plainRoot, type RootMeta, type ViewLayer } from "./UnionView.ts"
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
  mkdirSync(home, { mode: 0o711 })
  for (const name of ["diff", "work", "merged"]) mkdirSync(join(home, name), { mode: 0o755 })
  const upper = join(home, "diff")
  lchownSync(upper, root.uid, root.gid)
  chmodSync(upper, root.mode)
  if (kernel !== undefined) replaceXattrs(kernel, upper, root.xattrs, true)
}

/** How a tree on layers (base first) is mounted. */
export const handleOf = (places: Places, id: string, parents: Stack, rows: ReadonlyArray<LayerRow>): TreeHandle => ({
  id,
  parents,
  root: {
    type: "overlay",
    directory: places.layers,
    lower: [
      ...visibleRows(rows)
        .toReversed()
        .map((row) => `${row.short}/diff`),
      `${skeletonName}/diff`
    ],
    upper: join(places.trees, id, "diff"),
    work: join(places.trees, id, "work"),
    target: join(places.trees, id, "merged")
  }
})
