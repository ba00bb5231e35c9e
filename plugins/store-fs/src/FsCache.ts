import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Digest } from "@gantry/core/image/Digest"
import {
  Database,
  type DatabaseShape,
  type DatabaseTooNew,
  type Migrations,
  type Row
} from "@gantry/core/state/Database"
import {
  BuildCache,
  type BuildCacheShape,
  type CacheDriver,
  type CacheRecord,
  make as makeCache,
  type StepKey
} from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"

/** The table of build records. Times in milliseconds since 1970; `uses` counts the touches. */
export const cacheTables: Migrations = {
  owner: "cache",
  steps: [
    `CREATE TABLE cache (
      key TEXT PRIMARY KEY,
      lineage TEXT NOT NULL,
      facts TEXT NOT NULL,
      layer TEXT,
      created_at INTEGER NOT NULL,
      took_ms INTEGER NOT NULL,
      last_used INTEGER NOT NULL,
      uses INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX cache_lineage ON cache (lineage, created_at)`
  ]
}

const columns = "key, lineage, facts, layer, created_at, took_ms"

const recordOf = (row: Row): CacheRecord => ({
  key: row["key"] as StepKey,
  lineage: String(row["lineage"]),
  facts: String(row["facts"]),
  layer: row["layer"] === null ? null : (row["layer"] as Digest),
  createdAt: Number(row["created_at"]),
  tookMs: Number(row["took_ms"])
})

const found = (row: Row | undefined): Option.Option<CacheRecord> => Option.map(Option.fromNullable(row), recordOf)

/** Build records in the tables of the database, which must have been migrated. */
export const driver = (db: DatabaseShape): CacheDriver => ({
  get: (key) =>
    Effect.map(
      db.read("the build cache", (tx) => tx.get(`SELECT ${columns} FROM cache WHERE key = ?`, key)),
      found
    ),
  put: (records) =>
    records.length === 0
      ? Effect.void
      : db.write("the build cache", (tx) => {
          for (const { createdAt, facts, key, layer: made, lineage, tookMs } of records) {
            tx.run(
              "INSERT OR REPLACE INTO cache VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
              key,
              lineage,
              facts,
              made,
              Math.trunc(createdAt),
              Math.round(tookMs),
              Math.trunc(createdAt)
            )
          }
        }),
  delete: (key) => Effect.asVoid(db.write("the build cache", (tx) => tx.run("DELETE FROM cache WHERE key = ?", key))),
  latest: (lineage) =>
    Effect.map(
      db.read("the build cache", (tx) =>
        // Records of one instant: the one that was written last.
        tx.get(`SELECT ${columns} FROM cache WHERE lineage = ? ORDER BY created_at DESC, rowid DESC LIMIT 1`, lineage)
      ),
      found
    ),
  list: Effect.map(
    db.read("the build cache", (tx) => tx.all("SELECT * FROM cache ORDER BY created_at, rowid")),
    (rows) => rows.map((row) => ({ ...recordOf(row), lastUsed: Number(row["last_used"]), uses: Number(row["uses"]) }))
  ),
  touch: (keys, at) =>
    keys.length === 0
      ? Effect.void
      : db.write("the build cache", (tx) => {
          for (const key of keys) {
            tx.run("UPDATE cache SET last_used = max(last_used, ?), uses = uses + 1 WHERE key = ?", Math.trunc(at), key)
          }
        })
})

/** The build cache in the database. */
export const make: Effect.Effect<BuildCacheShape, StorageFailure | DatabaseTooNew, Database | LayerStore> = Effect.gen(
  function* () {
    const db = yield* Database
    yield* db.migrate(cacheTables)
    return makeCache(driver(db), yield* LayerStore)
  }
)

/** The service as an Effect layer. */
export const layer: Layer.Layer<BuildCache, StorageFailure | DatabaseTooNew, Database | LayerStore> = Layer.effect(
  BuildCache,
  make
)
