import { createHmac } from "node:crypto"
import type { Digest } from "@gantry/core/image/Digest"
import { Settings } from "@gantry/core/Settings"
import { Database, type Migrations } from "@gantry/core/state/Database"
import * as Effect from "effect/Effect"
import { needlesOf } from "./needles.ts"
import { passingKey } from "./passing-key.ts"
import type { Secrets } from "./Secrets.ts"

/** Layers in which the secrets of a build were looked for, by this build or an earlier one, and not found. */
export interface SearchedLayers {
  readonly all: Effect.Effect<ReadonlySet<string>>
  readonly add: (layers: ReadonlyArray<Digest>) => Effect.Effect<void>
}

const tables: Migrations = {
  owner: "secret-searches",
  steps: ["CREATE TABLE secret_searches (layer TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (layer, mark)) STRICT"]
}

/** Searches that are kept: the last ones. */
const mostSearches = 20_000

/**
 * What this store remembers of searches for these secrets. It holds no secret, but a mark of all of a build's together, with
 * which whoever has the mark's key can try whether a guess is right, as with a hash of a password. So the key is none of the
 * store's: it lies among the things that do not survive a reboot. Who reads the store alone, or a copy of it, learns nothing
 * of a secret; after a reboot layers are searched once more.
 *
 * A memory that cannot be read or written is none: layers are searched again.
 */
export const searchedLayers = (secrets: Secrets): Effect.Effect<SearchedLayers, never, Database | Settings> =>
  Effect.gen(function* () {
    const db = yield* Database
    const { run } = yield* Settings
    const mark = yield* Effect.cached(Effect.map(passingKey(run, "secret-searches"), (key) => markOf(secrets, key)))
    return {
      all: Effect.zipRight(db.migrate(tables), mark).pipe(
        Effect.flatMap((it) =>
          db.read("searches for secrets", (tx) => {
            const rows = tx.all("SELECT layer FROM secret_searches WHERE mark = ?", it)
            return new Set(rows.map((row) => String(row["layer"])))
          })
        ),
        Effect.orElseSucceed(() => new Set<string>())
      ),
      add: (layers) =>
        layers.length === 0
          ? Effect.void
          : Effect.flatMap(mark, (it) =>
              db.write("searches for secrets", (tx) => {
                for (const layer of layers) tx.run("INSERT OR REPLACE INTO secret_searches VALUES (?, ?)", layer, it)
                tx.run(
                  "DELETE FROM secret_searches WHERE rowid <= (SELECT max(rowid) FROM secret_searches) - ?",
                  mostSearches
                )
              })
            ).pipe(Effect.ignore)
    }
  })

/** The same for the same values, whatever their names and their order. Says how they are searched for as well. */
const markOf = (secrets: Secrets, key: Uint8Array): string => {
  const values = needlesOf(secrets).flatMap(({ bytes, form }) => (form === "raw" ? [bytes.toString("hex")] : []))
  const text = `gantry.secret-search.1\n${[...new Set(values)].toSorted().join("\n")}`
  return createHmac("sha256", key).update(text).digest("base64")
}
