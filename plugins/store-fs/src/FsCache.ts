import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Digest } from "@gantry/core/image/Digest"
import { Database, type DatabaseShape, type DatabaseTooNew, type Row } from "@gantry/core/state/Database"
import {
  BuildCache,
  type BuildCacheShape,
  type CacheDriver,
  type CacheRecord,
  type CacheTrace,
  make as makeCache,
  type NearStep,
  type StepKey
} from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { cacheTables, meet, useSteps } from "./cache-rows.ts"
import type { StorageFailure } from "@gantry/core/store/StoreError"

/** Tombstones that are kept; the oldest beyond go. */
const mostTombstones = 2_000
/** Steps on one parent that are looked at. */
const mostSiblings = 100

const columns = "key, facts, instruction, parent, layer, created_at, took_ms"
const lean = "cache.key, instruction, parent, created_at"

const recordOf = (row: Row): CacheRecord => ({ ...headOf(row), facts: String(row["facts"]) })

const headOf = (row: Row): Omit<CacheRecord, "facts"> => ({
  key: row["key"] as StepKey,
  instruction: String(row["instruction"]),
  parent: String(row["parent"]),
  layer: row["layer"] === null ? null : (row["layer"] as Digest),
  createdAt: Number(row["created_at"]),
  tookMs: Number(row["took_ms"])
})

const traceOf = (row: Row): CacheTrace => {
  const record = recordOf(row)
  if (row["evicted_at"] === null) return { record }
  return {
    record,
    evicted: {
      at: Number(row["evicted_at"]),
      rule: String(row["evicted_by"]),
      bytes: Number(row["evicted_bytes"])
    }
  }
}

const nearOf = (row: Row): NearStep => ({
  key: row["key"] as StepKey,
  instruction: String(row["instruction"]),
  parent: String(row["parent"]),
  createdAt: Number(row["created_at"])
})

/** Build records in the tables of the database, which must have been migrated. */
export const driver = (db: DatabaseShape): CacheDriver => ({
  trace: (key) =>
    Effect.map(
      db.read("the build cache", (tx) =>
        tx.get(`SELECT ${columns}, evicted_at, evicted_by, evicted_bytes FROM cache WHERE key = ?`, key)
      ),
      (row) => Option.map(Option.fromNullable(row), traceOf)
    ),
  put: (records) =>
    records.length === 0
      ? Effect.void
      : db.write("the build cache", (tx) => {
          for (const { createdAt, facts, instruction, key, layer: made, parent, place, tookMs } of records) {
            tx.run(
              `INSERT OR REPLACE INTO cache (${columns}, last_used, uses) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)`,
              key,
              facts,
              instruction,
              parent,
              made,
              Math.trunc(createdAt),
              Math.round(tookMs),
              Math.trunc(createdAt)
            )
            if (place !== undefined) meet(tx, key, place)
          }
        }),
  delete: (key) => Effect.asVoid(db.write("the build cache", (tx) => tx.run("DELETE FROM cache WHERE key = ?", key))),
  evict: (key, { at, bytes, rule }) =>
    db.write("the build cache", (tx) => {
      tx.run(
        "UPDATE cache SET evicted_at = ?, evicted_by = ?, evicted_bytes = ? WHERE key = ? AND evicted_at IS NULL",
        Math.trunc(at),
        rule,
        Math.trunc(bytes),
        key
      )
      const forgotten = tx.run(
        `DELETE FROM cache WHERE key IN (SELECT key FROM cache WHERE evicted_at IS NOT NULL
         ORDER BY evicted_at DESC LIMIT -1 OFFSET ${mostTombstones})`
      )
      if (forgotten > 0) tx.run("DELETE FROM cache_places WHERE key NOT IN (SELECT key FROM cache)")
    }),
  use: (steps, at) =>
    steps.length === 0
      ? Effect.void
      : db.write("the build cache", (tx) => {
          useSteps(tx, steps, at)
        }),
  near: (lineage, parent) =>
    db.read("the build cache", (tx) => {
      const met = tx
        .all(
          `SELECT ${lean}, stage, number FROM cache_places JOIN cache ON cache.key = cache_places.key
           WHERE lineage = ? ORDER BY stage, number`,
          lineage
        )
        .map((row) => ({ ...nearOf(row), place: { stage: String(row["stage"]), number: Number(row["number"]) } }))
      const known = new Set(met.map(({ key }) => key))
      const others = tx
        .all(`SELECT ${lean} FROM cache WHERE parent = ? ORDER BY created_at DESC LIMIT ${mostSiblings}`, parent)
        .map(nearOf)
      return [...met, ...others.filter(({ key }) => !known.has(key))]
    }),
  list: Effect.map(
    db.read("the build cache", (tx) =>
      tx.all(
        `SELECT key, instruction, parent, layer, created_at, took_ms, last_used, uses FROM cache
         WHERE evicted_at IS NULL ORDER BY created_at, rowid`
      )
    ),
    (rows) => rows.map((row) => ({ ...headOf(row), lastUsed: Number(row["last_used"]), uses: Number(row["uses"]) }))
  )
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
