import type { Digest } from "@gantry/core/image/Digest"
import type { Migrations, Transaction } from "@gantry/core/state/Database"
import type { StepKey, StepPlace } from "@gantry/core/store/BuildCache"

/**
 * The table of build records and their tombstones, and where builds met them. Times in milliseconds since 1970; `uses`
 * counts builds.
 */
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
    CREATE INDEX cache_lineage ON cache (lineage, created_at)`,
    `DROP INDEX cache_lineage;
    ALTER TABLE cache DROP COLUMN lineage;
    ALTER TABLE cache ADD COLUMN instruction TEXT NOT NULL DEFAULT '';
    ALTER TABLE cache ADD COLUMN parent TEXT NOT NULL DEFAULT '';
    ALTER TABLE cache ADD COLUMN evicted_at INTEGER;
    ALTER TABLE cache ADD COLUMN evicted_by TEXT;
    ALTER TABLE cache ADD COLUMN evicted_bytes INTEGER;
    CREATE INDEX cache_parent ON cache (parent, created_at);
    CREATE INDEX cache_evicted ON cache (evicted_at) WHERE evicted_at IS NOT NULL;
    CREATE TABLE cache_places (
      lineage TEXT NOT NULL,
      stage TEXT NOT NULL,
      number INTEGER NOT NULL,
      key TEXT NOT NULL,
      PRIMARY KEY (lineage, stage, number)
    ) STRICT, WITHOUT ROWID`
  ]
}

/** Writes down where a build met a step. */
export const meet = (tx: Pick<Transaction, "run">, key: StepKey, { lineage, number, stage }: StepPlace): void => {
  tx.run(
    `INSERT INTO cache_places VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET key = excluded.key WHERE key <> excluded.key`,
    lineage,
    stage,
    number,
    key
  )
}

/** Writes down that a build used steps at an instant (milliseconds since 1970), and where it met them. */
export const useSteps = (
  tx: Pick<Transaction, "run">,
  steps: ReadonlyArray<{ readonly key: StepKey; readonly place: StepPlace }>,
  at: number
): void => {
  for (const key of new Set(steps.map((step) => step.key))) {
    tx.run("UPDATE cache SET last_used = max(last_used, ?), uses = uses + 1 WHERE key = ?", Math.trunc(at), key)
  }
  for (const { key, place } of steps) meet(tx, key, place)
}

/** The layer of a record, null for one without files; undefined when there is none, or its tombstone only. */
export const recordedLayer = (tx: Pick<Transaction, "get">, key: StepKey): Digest | null | undefined => {
  const row = tx.get("SELECT layer FROM cache WHERE key = ? AND evicted_at IS NULL", key)
  return row === undefined ? undefined : (row["layer"] as Digest | null)
}
