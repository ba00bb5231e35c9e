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
  /** What the key was computed from, spelled so that it can be read back (build/key/record): for checks and explanations. */
  readonly facts: string
  /** The instruction in one line as written, for explanations and lists. */
  readonly instruction: string
  /** Key of the step before it, ID of the image that its stage stands on, or `scratch`. */
  readonly parent: string
  /** The layer the step added; none for a step that changed no file. */
  readonly layer: Digest | null
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** How long the step ran, in milliseconds. */
  readonly tookMs: number
}

/** A record without what its key was computed from, which may be long, and what has been made of it. */
export interface KeptRecord extends Omit<CacheRecord, "facts"> {
  /** Milliseconds since 1970 when it was made or a build used it last. */
  readonly lastUsed: number
  /** How many builds have used it, the one that made it included. */
  readonly uses: number
}

/** That a record was removed to make room, or because somebody wanted it gone. */
export interface Eviction {
  /** Milliseconds since 1970. */
  readonly at: number
  /** By what: the name of an option such as `max-used-space`, or of a command such as `prune`. */
  readonly rule: string
  /** What the disk got back. */
  readonly bytes: number
}

/** What is known of a key, also when it is of no use any more. */
export interface CacheTrace {
  readonly record: CacheRecord
  /** Set when the record is gone and this is its tombstone. */
  readonly evicted?: Eviction
}

/** Where in a Dockerfile a build met a step. */
export interface StepPlace {
  /** What tells the Dockerfile from others. */
  readonly lineage: string
  /** Name of the stage. */
  readonly stage: string
  /** Counts from 1 inside the stage; FROM is 1. */
  readonly number: number
}

/** A record to be kept, and where the build that made it met the step; nowhere when it came from elsewhere. */
export interface NewRecord extends CacheRecord {
  readonly place?: StepPlace
}

/** A step that a new one may be compared with. */
export interface NearStep extends Pick<CacheRecord, "key" | "instruction" | "parent" | "createdAt"> {
  /** Where the last build of the lineage met it; absent when another one made it. */
  readonly place?: Pick<StepPlace, "stage" | "number">
}

/** What a plugin that keeps build records writes. */
export interface CacheDriver {
  /** The record of a key, or what eviction left of it. */
  readonly trace: (key: StepKey) => Effect.Effect<Option.Option<CacheTrace>, StorageFailure>
  /**
   * Replaces an earlier record of the same key, and its tombstone. All records of one call become visible together, and
   * count as used by the build that made them.
   */
  readonly put: (records: ReadonlyArray<NewRecord>) => Effect.Effect<void, StorageFailure>
  /** Forgets a record or its tombstone altogether. */
  readonly delete: (key: StepKey) => Effect.Effect<void, StorageFailure>
  /** Takes a record away and leaves a tombstone (CACHE-6); nothing happens where there is no record. The oldest of very many tombstones may go. */
  readonly evict: (key: StepKey, eviction: Eviction) => Effect.Effect<void, StorageFailure>
  /**
   * Remembers that a build used records at an instant (milliseconds since 1970), and where it met them: the step that
   * was met at that place before is not there any more (CACHE-7).
   */
  readonly use: (
    steps: ReadonlyArray<{ readonly key: StepKey; readonly place: StepPlace }>,
    at: number
  ) => Effect.Effect<void, StorageFailure>
  /**
   * Every step of a lineage that has a record or a tombstone, by stage and number, and after them the latest of what any
   * build has made on the same parent (CACHE-7).
   */
  readonly near: (lineage: string, parent: string) => Effect.Effect<ReadonlyArray<NearStep>, StorageFailure>
  /** Records only, no tombstones. */
  readonly list: Effect.Effect<ReadonlyArray<KeptRecord>, StorageFailure>
}

/** Earlier step results, offered only while all they point to is present (CACHE-2). A miss is an `Option`, never an error. */
export interface BuildCacheShape extends CacheDriver {
  /** The record of a key, when it can be used: it was not evicted, and its layer is here. */
  readonly get: (key: StepKey) => Effect.Effect<Option.Option<CacheRecord>, StorageFailure>
}

/** The service tag of {@link BuildCacheShape}. */
export class BuildCache extends Context.Tag("@gantry/core/BuildCache")<BuildCache, BuildCacheShape>() {}

/** Adds the rule that a hit needs its layer. Looking changes nothing. */
export const make = (driver: CacheDriver, layers: Pick<LayerStoreShape, "get">): BuildCacheShape => ({
  ...driver,
  // Asked once for each step of a build, so it is spelled without a generator.
  get: (key) =>
    Effect.flatMap(driver.trace(key), (found) => {
      if (Option.isNone(found) || found.value.evicted !== undefined) return nothing
      const { record } = found.value
      if (record.layer === null) return Effect.succeed(Option.some(record))
      return Effect.map(layers.get(record.layer), (info) => (Option.isSome(info) ? Option.some(record) : Option.none()))
    })
})

const nothing: Effect.Effect<Option.Option<CacheRecord>> = Effect.succeed(Option.none())
