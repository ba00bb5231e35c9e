import type { Digest } from "@gantry/core/image/Digest"
import { Database, type DatabaseTooNew, type Row } from "@gantry/core/state/Database"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { EntryPlatform } from "./IndexEntry.ts"
import { inOrder, type ListedManifest } from "./ManifestList.ts"

/** Lists of manifests that are being put together, by complete name. Each is here until it is pushed and purged, or removed. */
export interface ManifestListsShape {
  /** The manifests of a list, sorted as `inOrder` says; none when there is no such list. */
  readonly get: (list: string) => Effect.Effect<ReadonlyArray<ListedManifest>, StorageFailure>
  /**
   * Adds manifests to a list in one step, and makes it when there is none. One of the same source is replaced, and those
   * of the sources in `less` go.
   */
  readonly put: (
    list: string,
    manifests: ReadonlyArray<ListedManifest>,
    less?: ReadonlyArray<string>
  ) => Effect.Effect<void, StorageFailure>
  /** Removes a list; tells whether there was one. */
  readonly remove: (list: string) => Effect.Effect<boolean, StorageFailure>
  /** Complete names of all lists, sorted. */
  readonly names: Effect.Effect<ReadonlyArray<string>, StorageFailure>
}

const migrations = {
  owner: "manifest lists",
  steps: [
    `CREATE TABLE listed_manifests (
       list TEXT NOT NULL, source TEXT NOT NULL, image TEXT, media_type TEXT NOT NULL, digest TEXT NOT NULL,
       bytes BLOB NOT NULL, platform TEXT, PRIMARY KEY (list, source)
     ) STRICT`
  ]
}

/** Opens the lists, in the database. They are opened by the few commands that ask for them. */
export const openLists: Effect.Effect<ManifestListsShape, StorageFailure | DatabaseTooNew, Database> = Effect.gen(
  function* () {
    const db = yield* Database
    yield* db.migrate(migrations)
    return {
      get: (list) =>
        db.read("manifest lists", (tx) =>
          inOrder(tx.all("SELECT * FROM listed_manifests WHERE list = ?", list).map(listedOf))
        ),
      put: (list, manifests, less = []) =>
        db.write("manifest lists", (tx) => {
          for (const source of less) tx.run("DELETE FROM listed_manifests WHERE list = ? AND source = ?", list, source)
          for (const { bytes, digest, image, mediaType, platform, source } of manifests) {
            tx.run(
              "INSERT OR REPLACE INTO listed_manifests VALUES (?, ?, ?, ?, ?, ?, ?)",
              list,
              source,
              image ?? null,
              mediaType,
              digest,
              bytes,
              platform === undefined ? null : JSON.stringify(platform)
            )
          }
        }),
      remove: (list) =>
        db.write("manifest lists", (tx) => tx.run("DELETE FROM listed_manifests WHERE list = ?", list) > 0),
      names: db.read("manifest lists", (tx) =>
        tx.all("SELECT DISTINCT list FROM listed_manifests ORDER BY list").map((row) => String(row["list"]))
      )
    }
  }
)

/**
 * A list that has it, by the ID of a local image: its complete name. Whoever asks does not open the lists, which most never
 * have.
 */
export const listOfImages: Effect.Effect<ReadonlyMap<Digest, string>, StorageFailure, Database> = Effect.flatMap(
  Database,
  (db) =>
    db.read("manifest lists", (tx) => {
      if (tx.get("SELECT 1 FROM sqlite_master WHERE name = 'listed_manifests'") === undefined) return new Map()
      const rows = tx.all(
        "SELECT image, min(list) AS list FROM listed_manifests WHERE image IS NOT NULL GROUP BY image"
      )
      return new Map(rows.map((row) => [String(row["image"]) as Digest, String(row["list"])]))
    })
)

// All that the rows hold was checked before it was written.
const listedOf = (row: Row): ListedManifest => ({
  source: String(row["source"]),
  ...(row["image"] === null ? {} : { image: String(row["image"]) as Digest }),
  mediaType: String(row["media_type"]),
  digest: String(row["digest"]) as Digest,
  bytes: row["bytes"] instanceof Uint8Array ? row["bytes"] : new Uint8Array(),
  ...(row["platform"] === null ? {} : { platform: JSON.parse(String(row["platform"])) as EntryPlatform })
})
