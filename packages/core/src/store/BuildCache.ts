import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Digest } from "../image/Digest.ts"
import type { LayerStoreShape } from "./LayerStore.ts"
import type { StorageFailure } from "./StoreError.ts"

/** The name of a step's result: the digest of everything the result may depend on. */
export type StepKey = Digest & { readonly StepKey: unique symbol }

/** What one step of a build made, and from what. */
export interface CacheRecord {
  readonly key: StepKey
  /**
   * Where the step stood: digest of Dockerfile-independent position (stage name or number, step number). Records of one
   * lineage are compared to explain a miss.
   */
  readonly lineage: string
  /** What the key was computed from, spelled so that it can be read back (build/key/record): for checks and explanations. */
  readonly facts: string
  /** The layer the step added; none for a step that changed no file. */
  readonly layer: Digest | null
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** How long the step ran, in milliseconds. */
  readonly tookMs: number
}

/** A record, and what has been made of it. */
export interface KeptRecord extends CacheRecord {
  /** Milliseconds since 1970 when it was made or a build used it last. */
  readonly lastUsed: number
  /** How often builds have used it. */
  readonly uses: number
}

/** What a plugin that keeps build records writes. */
export interface CacheDriver {
  readonly get: (key: StepKey) => Effect.Effect<Option.Option<CacheRecord>, StorageFailure>
  /** Replaces an earlier record of the same key. All records of one call become visible together. */
  readonly put: (records: ReadonlyArray<CacheRecord>) => Effect.Effect<void, StorageFailure>
  readonly delete: (key: StepKey) => Effect.Effect<void, StorageFailure>
  /** The latest record of a lineage, or none. */
  readonly latest: (lineage: string) => Effect.Effect<Option.Option<CacheRecord>, StorageFailure>
  readonly list: Effect.Effect<ReadonlyArray<KeptRecord>, StorageFailure>
  /** Remembers that records were used at an instant (milliseconds since 1970), for garbage collection. */
  readonly touch: (keys: ReadonlyArray<StepKey>, at: number) => Effect.Effect<void, StorageFailure>
}

/** Earlier step results, offered only while all they point to is present (CACHE-2). A miss is an `Option`, never an error. */
export type BuildCacheShape = CacheDriver

/** The service tag of {@link BuildCacheShape}. */
export class BuildCache extends Context.Tag("@gantry/core/BuildCache")<BuildCache, BuildCacheShape>() {}

/** Adds the rule that a hit needs its layer: a record whose layer is gone is a miss and is forgotten. */
export const make = (driver: CacheDriver, layers: Pick<LayerStoreShape, "get">): BuildCacheShape => ({
  ...driver,
  get: (key) =>
    Effect.gen(function* () {
      const found = yield* driver.get(key)
      if (Option.isNone(found) || found.value.layer === null) return found
      const layer = yield* layers.get(found.value.layer)
      if (Option.isSome(layer)) return found
      yield* driver.delete(key)
      return Option.none()
    })
})
