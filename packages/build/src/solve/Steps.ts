import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import { BuildCache, type CacheRecord, type StepKey } from "@gantry/core/store/BuildCache"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import { spell } from "../key/canonical.ts"
import type { Cause } from "../key/Cause.ts"
import { explain } from "../key/explain.ts"
import { recordPrefix, type RecordText, writeRecord } from "../key/record-text.ts"
import { keyOfSpelling } from "../key/step-key.ts"
import type { BuildFailed } from "./BuildFailed.ts"
import * as Once from "./once.ts"

/** A step with its facts, ready to be looked up or executed. */
export interface Wanted {
  /** Spelled facts, what the step stands on, and the files it copies. */
  readonly record: RecordText
  /** Where the step stands, for comparing it with its predecessors. */
  readonly place: { readonly stage: string; readonly number: number }
  /** Why the cache is not to be asked; absent when it is. */
  readonly skip?: Cause
  /** A result that may depend on more than its facts is not recorded, and nothing that stands on it. */
  readonly recordable: boolean
  /** Said before execution begins. */
  readonly onMiss: (cause: Cause) => void
  /** Makes the layer; `exact` is false when an input changed meanwhile. */
  readonly execute: Effect.Effect<{ readonly layer: Digest | null; readonly exact: boolean }, BuildFailed>
  /** Records are kept back until a step that executes something is recorded, and then written with it. */
  readonly isCheap: boolean
}

/** What became of a step. */
export interface Made {
  readonly key: StepKey
  readonly how: "cached" | "ran" | "shared" | "missing"
  readonly layer: Digest | null
  /** Milliseconds since 1970: when it was made, by this build or an earlier one. */
  readonly createdAt: number
  readonly tookMs: number
  readonly cause?: Cause
  /** The layer is what the key says. */
  readonly recordable: boolean
}

type Failure = BuildFailed | StorageFailure

/**
 * The steps of one build: asks the cache, executes, records.
 *
 * A key wanted twice, even at the same time, is looked up and executed once. In a plan nothing is executed or written.
 */
export const make = (scope: string, isPlan: boolean) =>
  Effect.gen(function* () {
    const cache = yield* BuildCache
    const once = Once.make<StepKey, Made, Failure>()
    const used: Array<StepKey> = []
    let executing = false

    /** `pending`: records of cheap steps of the same stage that wait to be written; this adds to it or empties it. */
    const want = (wanted: Wanted, pending: Array<CacheRecord>): Effect.Effect<Made, Failure> =>
      Effect.suspend(() => {
        const key = keyOfSpelling(wanted.record.facts)
        return Effect.map(once(key, find(key, wanted, pending)), ({ first, value }): Made =>
          first || value.how !== "ran" ? value : { ...value, how: "shared" }
        )
      })

    const find = (key: StepKey, wanted: Wanted, pending: Array<CacheRecord>) =>
      Effect.gen(function* () {
        const { record } = wanted
        const lineage = ofBytes(spell([scope, wanted.place.stage, wanted.place.number]))
        if (wanted.skip === undefined) {
          const found = yield* cache.get(key)
          // A record of other facts, or made on other layers, is not this step's, whatever it is called.
          if (Option.isSome(found) && found.value.facts.startsWith(recordPrefix(record))) {
            used.push(key)
            // What is being built may take long, and nobody else is to take away meanwhile what it stands on.
            if (executing) yield* touch
            const { createdAt, layer, tookMs } = found.value
            return { key, how: "cached", layer, createdAt, tookMs, recordable: wanted.recordable } satisfies Made
          }
        }
        const cause = wanted.skip ?? explain(yield* earlier(lineage), record)
        if (isPlan) {
          const now = yield* Clock.currentTimeMillis
          return {
            key,
            how: "missing",
            layer: null,
            createdAt: now,
            tookMs: 0,
            cause,
            recordable: false
          } satisfies Made
        }
        wanted.onMiss(cause)
        if (!wanted.isCheap) {
          executing = true
          yield* touch
        }
        const startedAt = yield* Clock.currentTimeMillis
        const { exact, layer } = yield* wanted.execute
        const createdAt = yield* Clock.currentTimeMillis
        const recordable = wanted.recordable && exact
        const tookMs = createdAt - startedAt
        if (recordable) pending.push({ key, lineage, facts: writeRecord(record), layer, createdAt, tookMs })
        if (!wanted.isCheap) yield* flush(pending)
        return { key, how: "ran", layer, createdAt, tookMs, cause, recordable } satisfies Made
      })

    const earlier = (lineage: string) =>
      Effect.map(cache.latest(lineage), (found) => Option.getOrUndefined(found)?.facts)

    /** Writes what waits. */
    const flush = (pending: Array<CacheRecord>): Effect.Effect<void, StorageFailure> =>
      Effect.suspend(() => (pending.length === 0 ? Effect.void : cache.put(pending.splice(0))))

    /** Tells the cache what was used since the last time, in one call. */
    const touch: Effect.Effect<void, StorageFailure> = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      used.length === 0 ? Effect.void : cache.touch(used.splice(0), now)
    )

    return { want, flush, touch }
  })

/** The steps of one build. */
export type Steps = Effect.Effect.Success<ReturnType<typeof make>>
