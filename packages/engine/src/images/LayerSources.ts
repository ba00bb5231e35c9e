import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type Digest, digest } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { Database, type Migrations, type Row } from "@gantry/core/state/Database"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** A compressed form of a layer, and a repository that had it when last seen. */
export interface LayerSource {
  readonly descriptor: Pick<Descriptor, "mediaType" | "digest" | "size">
  /** Host and port. */
  readonly registry: string
  readonly repository: string
  /** Milliseconds since 1970. */
  readonly seenAt: number
}

/** A layer, and a compressed form that is said to be it. */
export interface LayerForms {
  readonly diffId: Digest
  readonly descriptor: LayerSource["descriptor"]
}

/**
 * Which compressed forms of a layer are where. The store keeps a layer unpacked only; this is what tells a push that a
 * registry has the layer already, and under which digest, without compressing it.
 *
 * Only forms that were seen to be the layer are remembered, because they were unpacked or made here: whoever publishes
 * an image can claim that anything is a compressed form of anybody's layer, and a push must not believe it.
 */
export interface LayerSourcesShape {
  /** Remembers compressed forms that a repository has now. */
  readonly learn: (
    place: Pick<ImageRef, "registry" | "repository">,
    layers: ReadonlyArray<LayerForms>
  ) => Effect.Effect<void, StorageFailure>
  /** Those of them that were seen to be true before, wherever they were. */
  readonly vouched: (layers: ReadonlyArray<LayerForms>) => Effect.Effect<ReadonlyArray<LayerForms>, StorageFailure>
  /** What is known of layers, last seen first. */
  readonly of: (
    diffIds: ReadonlyArray<Digest>
  ) => Effect.Effect<ReadonlyMap<Digest, ReadonlyArray<LayerSource>>, StorageFailure>
  /** A repository turned out not to have these any more. */
  readonly unlearn: (
    place: Pick<ImageRef, "registry" | "repository">,
    layers: ReadonlyArray<LayerForms>
  ) => Effect.Effect<void, StorageFailure>
}

/** The service tag of {@link LayerSourcesShape}. */
export class LayerSources extends Context.Tag("@gantry/engine/LayerSources")<LayerSources, LayerSourcesShape>() {}

const migrations: Migrations = {
  owner: "layer-sources",
  steps: [
    `CREATE TABLE layer_sources (
       diff_id TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, media_type TEXT NOT NULL,
       registry TEXT NOT NULL, repository TEXT NOT NULL, seen_at INTEGER NOT NULL,
       PRIMARY KEY (diff_id, digest, registry, repository)
     ) STRICT`
  ]
}

/** The table in the database, made when first needed: a `run` never asks. */
export const make = Effect.map(Database, (db): LayerSourcesShape => {
  const ready = Effect.catchTag(db.migrate(migrations), "DatabaseTooNew", Effect.die)
  return {
    learn: ({ registry, repository }, layers) =>
      Effect.zipRight(
        ready,
        db.write("layer sources", (tx) => {
          for (const { descriptor, diffId } of layers) {
            tx.run(
              "INSERT OR REPLACE INTO layer_sources VALUES (?, ?, ?, ?, ?, ?, ?)",
              diffId,
              descriptor.digest,
              descriptor.size,
              descriptor.mediaType,
              registry,
              repository,
              Date.now()
            )
          }
        })
      ),
    vouched: (layers) =>
      Effect.zipRight(
        ready,
        db.read("layer sources", (tx) =>
          layers.filter(({ descriptor, diffId }) => {
            const query = "SELECT 1 FROM layer_sources WHERE diff_id = ? AND digest = ? LIMIT 1"
            return tx.get(query, diffId, descriptor.digest) !== undefined
          })
        )
      ),
    of: (diffIds) =>
      Effect.zipRight(
        ready,
        db.read("layer sources", (tx) => {
          const query = "SELECT * FROM layer_sources WHERE diff_id = ? ORDER BY seen_at DESC, digest"
          return new Map(diffIds.map((diffId) => [diffId, tx.all(query, diffId).map(sourceOf)]))
        })
      ),
    unlearn: ({ registry, repository }, layers) =>
      Effect.zipRight(
        ready,
        db.write("layer sources", (tx) => {
          const forget =
            "DELETE FROM layer_sources WHERE diff_id = ? AND digest = ? AND registry = ? AND repository = ?"
          for (const { descriptor, diffId } of layers) tx.run(forget, diffId, descriptor.digest, registry, repository)
        })
      )
  }
})

const sourceOf = (row: Row): LayerSource => ({
  descriptor: {
    mediaType: String(row["media_type"]),
    digest: digest(String(row["digest"])),
    size: Number(row["size"])
  },
  registry: String(row["registry"]),
  repository: String(row["repository"]),
  seenAt: Number(row["seen_at"])
})

/** The service as an Effect layer. */
export const layer = Layer.effect(LayerSources, make)
