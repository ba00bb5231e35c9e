import { existsSync, renameSync } from "node:fs"
import { join } from "node:path"
import { makeOnePassable } from "@gantry/core/make-passable"
import type { DatabaseShape, Transaction } from "@gantry/core/state/Database"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { freeShort, insertLayer, type LayerRow } from "./layer-rows.ts"
import { findPlaced } from "./find-placed.ts"
import { ownName } from "./owner.ts"
import type { Places } from "./places.ts"

/** What becomes a layer: directories that lie in the store already. */
export interface NewLayer {
  /** Absolute path of its files. */
  readonly diff: string
  /** Absolute path of the recipe of its archive. */
  readonly recipe?: string
}

/** Moves a directory out of sight, to be removed when nobody waits. Returns where it is now; none when it was not there. */
export const putAway = (places: Places, path: string): string | undefined => {
  const away = join(places.ingest, `${ownName()}-away`)
  try {
    renameSync(path, away)
    return away
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
    throw cause
  }
}

/** Moves a new layer into its place and records it, or finds that it is there. Returns directories to remove. */
export type PlaceLayer = (made: NewLayer, layer: Omit<LayerRow, "short" | "hasRecipe">) => ReadonlyArray<string>

/**
 * A write transaction that places a layer: its lock keeps every other process from placing or sweeping meanwhile, and a
 * crash leaves a directory without a row. When it fails, as on a full disk, what was placed is removed again: it may be
 * what fills the disk. Removes the directories that `body` returns.
 */
export const placing = (
  { db, places, removeAll }: PlaceNeeds,
  what: string,
  body: (tx: Transaction, place: PlaceLayer) => ReadonlyArray<string>
): Effect.Effect<void, StorageFailure> =>
  Effect.suspend(() => {
    const placed: Array<string> = []
    let away: ReadonlyArray<string> = []
    const takeBack = db.write(what, (tx) => [
      ...away,
      ...placed
        .filter((short) => tx.get("SELECT 1 FROM layers WHERE short = ?", short) === undefined)
        .flatMap((short) => putAway(places, join(places.layers, short)) ?? [])
    ])
    return db
      .write(what, (tx) => (away = body(tx, (made, layer) => placeLayer(tx, places, { ...made, placed }, layer))))
      .pipe(
        Effect.tapError(() => Effect.ignoreLogged(Effect.flatMap(takeBack, removeAll))),
        Effect.flatMap(removeAll)
      )
  })

/** What placing works with. */
export interface PlaceNeeds {
  readonly db: DatabaseShape
  readonly places: Places
  readonly removeAll: (paths: ReadonlyArray<string>) => Effect.Effect<void, StorageFailure>
}

const placeLayer = (
  tx: Transaction,
  places: Places,
  made: NewLayer & { readonly placed: Array<string> },
  layer: Omit<LayerRow, "short" | "hasRecipe">
): ReadonlyArray<string> => {
  if (findPlaced(tx, places, layer.diffId) !== undefined) return []
  // The row is of an earlier boot and so are its files, or its files are gone.
  tx.run("DELETE FROM layers WHERE diff_id = ?", layer.diffId)
  const short = freeShort(tx, layer.diffId)
  const home = join(places.layers, short)
  const away = existsSync(home) ? putAway(places, home) : undefined
  made.placed.push(short)
  makeOnePassable(home)
  renameSync(made.diff, join(home, "diff"))
  if (made.recipe !== undefined) renameSync(made.recipe, join(home, "recipe"))
  insertLayer(tx, { ...layer, short, hasRecipe: made.recipe !== undefined })
  return away === undefined ? [] : [away]
}
