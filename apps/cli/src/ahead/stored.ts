/** How gantry's own store keeps steps and layers, for what looks at them before the composition is loaded. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { type Digest, hexOf } from "@gantry/core/image/Digest"
import type { Transaction } from "@gantry/core/state/Database"
import type { StepKey } from "@gantry/core/store/BuildCache"
import { recordedLayer } from "@gantry/plugin-store-fs/cache-rows"
import { findPlaced } from "@gantry/plugin-store-fs/find-placed"
import { placesOf } from "@gantry/plugin-store-fs/places"

export { cacheTables, useSteps } from "@gantry/plugin-store-fs/cache-rows"
export { layerTables } from "@gantry/plugin-store-fs/layer-rows"

/** The layer of a cached step, null for one without files; undefined when the cache does not offer it (CACHE-2). */
export const cachedLayer = (tx: Pick<Transaction, "get">, root: string) => {
  const places = placesOf(root)
  return (key: StepKey): Digest | null | undefined => {
    const layer = recordedLayer(tx, key)
    return layer === undefined || layer === null || findPlaced(tx, places, layer) !== undefined ? layer : undefined
  }
}

/** Whether a blob is in the store. */
export const storedBlob = (root: string) => {
  const { blobs } = placesOf(root)
  return (digest: Digest): boolean => existsSync(join(blobs, hexOf(digest)))
}
