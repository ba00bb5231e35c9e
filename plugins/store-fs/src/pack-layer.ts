import { join } from "node:path"
import { canonicalChanges } from "@gantry/core/tree/canonical-changes"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { loadKernel } from "./kernel.ts"
import type { LayerRow } from "./layer-rows.ts"
import { layerChanges, listUpper } from "./list-upper.ts"
import type { Places } from "./places.ts"

/** What a stored layer says. */
export const changesIn = async (places: Places, row: LayerRow): Promise<ReadonlyArray<TreeChange>> => {
  const items = listUpper(await loadKernel(), join(places.layers, row.short, "diff"))
  const changes = layerChanges(items, row.hasRoot)
  return canonicalChanges(row.opaqueRoot ? [{ type: "opaque", path: "" }, ...changes] : changes)
}

/** The archive of a layer that was made here. */
export async function* packedPieces(places: Places, row: LayerRow): AsyncGenerator<Uint8Array, void> {
  yield* tarPieces(await changesIn(places, row))
}
