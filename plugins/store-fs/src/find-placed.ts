import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Digest } from "@gantry/core/image/Digest"
import type { Transaction } from "@gantry/core/state/Database"
import { findLayer, type LayerRow } from "./layer-rows.ts"
import type { Places } from "./places.ts"

/** The layer of a diffID when its files are there, too: somebody may have removed them by hand. */
export const findPlaced = (tx: Pick<Transaction, "get">, places: Places, diffId: Digest): LayerRow | undefined => {
  const row = findLayer(tx, diffId)
  return row !== undefined && existsSync(join(places.layers, row.short, "diff")) ? row : undefined
}
