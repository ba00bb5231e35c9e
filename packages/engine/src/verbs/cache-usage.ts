import type { Digest } from "@gantry/core/image/Digest"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { needed } from "../prune/plan.ts"
import type { CacheFacts, CacheMountFacts, Snapshot } from "../prune/Snapshot.ts"
import { type SnapshotServices, takeSnapshot } from "../prune/take-snapshot.ts"

/** One thing in the build cache, and what it takes of the disk. */
export type CacheRow = RecordRow | MountRow

/** What a step made. */
export interface RecordRow extends Room {
  readonly record: CacheFacts
  /** `layer` for a step that changed files, `settings` for one that did not. */
  readonly kind: "layer" | "settings"
}

/** A directory that builds keep with `RUN --mount=type=cache`. */
export interface MountRow extends Room {
  readonly mount: CacheMountFacts
  readonly kind: "mount"
}

interface Room {
  /** Of its layer; none for a layer that an earlier row has, so that the rows add up. */
  readonly bytes: number
  /** An image or an earlier row has the layer, too. */
  readonly shared: boolean
  /** A build that runs now, or a container, needs it. */
  readonly inUse: boolean
  /** Removing it gives its bytes back. */
  readonly reclaimable: boolean
}

/** Everything in the build cache, what steps made first and oldest first, and its bytes. */
export interface CacheUsage {
  readonly rows: ReadonlyArray<CacheRow>
  /** Of layers that images have, too. */
  readonly sharedBytes: number
  /** Of layers that only the cache has, and of cache mounts. */
  readonly privateBytes: number
  readonly reclaimableBytes: number
}

/** What the build cache takes, record by record. */
export const cacheUsage: Effect.Effect<CacheUsage, StorageFailure, SnapshotServices> = Effect.map(
  takeSnapshot,
  ({ snapshot }) => cacheUsageOf(snapshot)
)

/** Counts the records of a look at everything. */
const cacheUsageOf = ({ cache, cacheMounts, images, layers, trees, workingSince }: Snapshot): CacheUsage => {
  const ofImages = needed("layer", images, [], [])
  const ofTrees = needed("layer", [], [], trees)
  const seen = new Set<Digest>()
  const records = cache.map((record): CacheRow => {
    const { lastUsed, layer } = record
    const isNew = workingSince !== undefined && lastUsed >= workingSince
    if (layer === null) {
      return { record, kind: "settings", bytes: 0, shared: false, inUse: isNew, reclaimable: false }
    }
    const isKnown = seen.has(layer)
    seen.add(layer)
    const inUse = isNew || ofTrees.has(layer)
    const shared = ofImages.has(layer) || isKnown
    const bytes = isKnown ? 0 : (layers.get(layer)?.bytes ?? 0)
    return { record, kind: "layer", bytes, shared, inUse, reclaimable: !inUse && !shared }
  })
  const mounts = cacheMounts.map((mount): CacheRow => {
    const { busy, bytes } = mount
    return { mount, kind: "mount", bytes, shared: false, inUse: busy, reclaimable: !busy }
  })
  const rows = [...records, ...mounts]
  const sum = (which: (row: CacheRow) => boolean) =>
    rows.reduce((total, row) => (which(row) ? total + row.bytes : total), 0)
  return {
    rows,
    sharedBytes: sum(({ shared }) => shared),
    privateBytes: sum(({ shared }) => !shared),
    reclaimableBytes: sum(({ reclaimable }) => reclaimable)
  }
}
