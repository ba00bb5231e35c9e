import type { Digest } from "@gantry/core/image/Digest"
import type { Locks } from "@gantry/core/Locks"
import type { Registry } from "@gantry/core/registry/Registry"
import { Settings } from "@gantry/core/Settings"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import type { BuildCacheShape, CacheRecord, CacheTrace, StepKey } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { fetchLayer } from "../images/fetch-layer.ts"
import type { OfferedCaches } from "../cache-mounts/hold-caches.ts"
import { offeredMounts } from "./import-mounts.ts"
import type { Layerless } from "./Layerless.ts"
import type { CacheSource } from "./CachePlace.ts"
import { readCache, type SharedCache } from "./read-cache.ts"

/** What fetching shared results works with. */
export type ImportServices = BlobStore | LayerStore | Locks | Registry | Settings

/** How a build uses what others made. */
export interface ImportOptions {
  /** Where others left it; where several have a step, the first one counts. */
  readonly sources: ReadonlyArray<CacheSource>
  /** Nothing may be fetched or written: a record is offered without its layer. */
  readonly isPlan: boolean
  /** Done before the first layer is fetched. */
  readonly begin: Effect.Effect<void, StorageFailure>
  /** Takes what went wrong, which never ends the build. */
  readonly onWarning: (text: string) => void
}

/** A build cache with what others left, and what they left of results without layers. */
export interface ImportedCache {
  readonly cache: BuildCacheShape
  readonly layerless?: Layerless
  /** What they left of cache mounts, where it was asked for. */
  readonly mounts?: OfferedCaches
}

/** A record of somebody else's, and where its layer is. */
interface Offer {
  readonly record: CacheRecord
  readonly cache: SharedCache
}

/**
 * A build cache that also knows what others left at some places. What this store has wins. Of what it does not have the
 * layer is fetched when a step wants it, verified and unpacked as any layer of strangers is, and the record is kept then
 * as if the step had been done here. Whatever is wrong with a place or a layer is a miss and a warning. Records without
 * layers are offered until they are refused, and never kept.
 */
export const withImported = (
  cache: BuildCacheShape,
  options: ImportOptions
): Effect.Effect<ImportedCache, never, ImportServices> =>
  Effect.gen(function* () {
    const services = yield* Effect.context<ImportServices>()
    const caches = yield* Effect.forEach(options.sources, (source) => readOne(source, options.onWarning), {
      concurrency: 4
    })
    const offers = new Map<StepKey, Offer>()
    for (const each of caches) {
      for (const record of each?.records ?? []) {
        if (each !== undefined && !offers.has(record.key)) offers.set(record.key, { record, cache: each })
      }
    }
    const mounts = yield* offeredMounts(caches, options)
    const besides = mounts === undefined ? {} : { mounts }
    if (offers.size === 0) return { cache, ...besides }
    const isLayerless = ({ cache: { absent }, record: { layer } }: Offer) => layer !== null && absent.has(layer)
    const met = new Set<StepKey>()
    const layerless: Layerless = {
      isOffered: [...offers.values()].some(isLayerless),
      met,
      refuse: (keys) => {
        for (const key of keys) {
          offers.delete(key)
          met.delete(key)
        }
      },
      refuseAll: () => {
        for (const [key, offer] of offers) if (isLayerless(offer)) offers.delete(key)
        met.clear()
      }
    }
    const layers = yield* LayerStore
    const take = (key: StepKey): Effect.Effect<Option.Option<CacheRecord>, StorageFailure> =>
      Effect.gen(function* () {
        const offer = offers.get(key)
        if (offer === undefined) return Option.none()
        const { record } = offer
        if (isLayerless(offer) && record.layer !== null && Option.isNone(yield* layers.get(record.layer))) {
          met.add(key)
          return Option.some(record)
        }
        if (options.isPlan) return Option.some(record)
        if (record.layer !== null) {
          yield* options.begin
          if (!(yield* fetched(record.layer, offer, options.onWarning))) {
            offers.delete(key)
            return Option.none()
          }
        }
        yield* cache.put([record])
        return Option.some(record)
      }).pipe(Effect.provide(services))
    const imported: BuildCacheShape = {
      ...cache,
      get: (key) =>
        Effect.flatMap(cache.get(key), (found) => (Option.isSome(found) ? Effect.succeed(found) : take(key))),
      // A miss is explained by what others made as well.
      trace: (key) =>
        Effect.map(cache.trace(key), (found) =>
          Option.orElse(found, () =>
            Option.map(Option.fromNullable(offers.get(key)), ({ record }): CacheTrace => ({ record }))
          )
        ),
      near: (lineage, parent) =>
        Effect.map(cache.near(lineage, parent), (found) => [
          ...found,
          ...[...offers.values()].flatMap(({ record }) => (record.parent === parent ? [record] : []))
        ])
    }
    return { cache: imported, layerless, ...besides }
  })

const readOne = (
  source: CacheSource,
  onWarning: ImportOptions["onWarning"]
): Effect.Effect<SharedCache | undefined, never, Registry> =>
  readCache(source).pipe(
    Effect.tap(({ refused }) =>
      Effect.sync(() => {
        if (refused > 0) onWarning(`the cache ${source.shown}: ${refused} of its records are malformed and not used`)
      })
    ),
    Effect.catchAll((problem) =>
      Effect.sync(() => {
        onWarning(
          problem._tag === "ImageNotFound"
            ? `the cache ${source.shown} is not there yet`
            : `the cache ${source.shown} is not used: ${problem.message}`
        )
        return undefined
      })
    )
  )

/** Makes sure that a layer is here. False when it cannot be had, or is not what was promised. */
const fetched = (
  diffId: Digest,
  { cache: { layers, source } }: Offer,
  onWarning: ImportOptions["onWarning"]
): Effect.Effect<boolean, never, ImportServices> =>
  Effect.gen(function* () {
    if (Option.isSome(yield* (yield* LayerStore).get(diffId))) return true
    const descriptor = layers.get(diffId)
    if (descriptor === undefined) {
      onWarning(`the cache ${source.shown} has a record without its layer, ${diffId}`)
      return false
    }
    const { layerLimit } = yield* Settings
    yield* fetchLayer(
      { ref: source.ref, descriptor, diffId },
      layerLimit === undefined ? {} : { mostBytes: layerLimit }
    )
    return true
  }).pipe(
    Effect.catchAll((problem) =>
      Effect.sync(() => {
        onWarning(`a layer of the cache ${source.shown} is not used: ${problem.message}`)
        return false
      })
    )
  )
