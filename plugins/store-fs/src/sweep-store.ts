import { readdirSync } from "node:fs"
import { basename, join } from "node:path"
import * as Effect from "effect/Effect"
import type { DatabaseShape } from "@gantry/core/state/Database"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import { bootId } from "@gantry/linux/process-identity"
import { allTrees, isLayerName } from "./layer-rows.ts"
import { mappedTrees } from "./mapped-trees.ts"
import { isOwned, isPartial } from "./owner.ts"
import { putAway } from "./place-layer.ts"
import type { Places } from "./places.ts"
import { removeAbandoned } from "./remove-abandoned.ts"
import { skeletonName } from "./skeleton.ts"

/**
 * Removes what dead processes left. See `LayerStore.sweep`.
 *
 * Everything becomes visible inside a write transaction, so under its lock a directory without a row belongs to nobody.
 * What is still being made lies in `ingest` under its owner's name, and is left alone while that process runs.
 */
export const sweepStore = (db: DatabaseShape, places: Places): Effect.Effect<ReadonlyArray<string>, StorageFailure> =>
  Effect.gen(function* () {
    const swept = yield* db.write("what dead processes left", (tx) => {
      const names: Array<string> = []
      for (const tree of allTrees(tx)) {
        if (tree.keep || isOwned(tree.owner)) continue
        tx.run("DELETE FROM trees WHERE id = ?", tree.id)
      }
      tx.run("DELETE FROM layers WHERE flushed = 0 AND boot <> ?", bootId())
      const known = {
        [places.trees]: new Set(tx.all("SELECT id AS name FROM trees").map((row) => row["name"])),
        [places.layers]: new Set([
          skeletonName,
          ...tx.all("SELECT short AS name FROM layers").map((row) => row["name"])
        ])
      }
      for (const [directory, keep] of Object.entries(known)) {
        for (const name of readdirSync(directory)) {
          if (keep.has(name)) continue
          // No process of ours made it: whoever put it there is asked before it goes.
          if (directory === places.layers && !isLayerName(name)) continue
          putAway(places, join(directory, name))
          names.push(name)
        }
      }
      const layers = new Set(tx.all("SELECT diff_id AS name FROM layers").map((row) => row["name"]))
      for (const mapped of mappedTrees(places)) {
        if (mapped.layers.every((diffId) => diffId === "" || layers.has(diffId))) continue
        putAway(places, mapped.path)
        names.push(basename(mapped.path))
      }
      return names
    })
    yield* Effect.tryPromise({
      try: async () => {
        for (const name of readdirSync(places.ingest)) {
          const away = name.endsWith("-away")
          if (!away && (isOwned(name) || isPartial(name))) continue
          if ((await removeAbandoned(join(places.ingest, name))) && !away) swept.push(name)
        }
      },
      catch: storageFailure("remove", places.ingest)
    })
    return swept.toSorted()
  })
