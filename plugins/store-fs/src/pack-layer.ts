import { join } from "node:path"
import { canonicalChanges } from "@gantry/core/tree/canonical-changes"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { loadKernel } from "./kernel.ts"
import type { LayerRow } from "./layer-rows.ts"
import type { Places } from "./places.ts"
import { recipePieces } from "./recipe.ts"

/** What has to be known of a layer to write its archive. */
export type PackedRow = Pick<LayerRow, "short" | "hasRoot" | "hasRecipe" | "opaqueRoot">

/** What a stored layer says. */
export const changesIn = async (places: Pick<Places, "layers">, row: PackedRow): Promise<ReadonlyArray<TreeChange>> => {
  // The packing process has no use for it when the layer has a recipe.
  const { layerChanges, listUpper } = await import("./list-upper.ts")
  const items = listUpper(await loadKernel(), join(places.layers, row.short, "diff"))
  const changes = layerChanges(items, row.hasRoot)
  return canonicalChanges(row.opaqueRoot ? [{ type: "opaque", path: "" }, ...changes] : changes)
}

/** The archive of a layer that was made here. */
async function* packedPieces(places: Pick<Places, "layers">, row: PackedRow): AsyncGenerator<Uint8Array, void> {
  yield* tarPieces(await changesIn(places, row))
}

/** The archive of a layer, wherever it came from: the bytes that its diffID names. */
export const archivePieces = (places: Pick<Places, "layers">, row: PackedRow): AsyncGenerator<Uint8Array, void> =>
  row.hasRecipe ? recipePieces(join(places.layers, row.short)) : packedPieces(places, row)
