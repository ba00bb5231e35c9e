import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Digest, hexOf, ofBytes } from "@gantry/core/image/Digest"
import { Locks } from "@gantry/core/Locks"
import { BuildCache, type NewRecord, type StepKey, type StepPlace } from "@gantry/core/store/BuildCache"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { Cause } from "../key/Cause.ts"
import { describeCause } from "../key/describe-cause.ts"
import type { Told } from "../key/explain.ts"
import type { MissedStep } from "../key/nearest-step.ts"
import { recordPrefix, writeRecord } from "../key/record-text.ts"
import { keyOfSpelling } from "../key/step-key.ts"
import type { BuildFailed } from "./BuildFailed.ts"
import { explainMiss } from "./explain-miss.ts"
import * as Once from "./once.ts"
import { ownCause } from "./own-cause.ts"

/** A step with its facts, ready to be looked up or executed. */
export interface Wanted {
  /** Spelled facts, what the step stands on, the instruction, and the files it copies. */
  readonly record: Told
  /** Where the step stands, for comparing it with its predecessors. */
  readonly place: Pick<MissedStep, "stage" | "number" | "parent" | "isOnStep" | "texts">
  /** Why the cache is not to be asked; absent when it is. */
  readonly skip?: Cause
  /** The earlier step that ran again, which tells why this one does when all that it has of its own is the same. */
  readonly follows?: Cause
  /** A result that may depend on more than its facts is not recorded, and nothing that stands on it. */
  readonly recordable: boolean
  /** Said before execution begins. */
  readonly onMiss: (cause: Cause) => void
  /** Makes the layer; `exact` is false when an input changed meanwhile. */
  readonly execute: Effect.Effect<{ readonly layer: Digest | null; readonly exact: boolean }, BuildFailed>
  /** Records are kept back until a step that executes something is recorded, and then written with it. */
  readonly isCheap: boolean
}

/** A step that is looked for. */
export type Asked = Pick<Wanted, "record" | "place" | "skip" | "recordable">

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

/** The result of a step, or why an earlier one must not be used; neither where there is none. */
interface Found {
  readonly made?: Made
  readonly cause?: Cause
}

const nothingFound: Effect.Effect<Found> = Effect.succeed({})

const notHere: Effect.Effect<undefined> = Effect.succeed(undefined)

const seconds = (ms: number): number => Math.floor(ms / 1000)

/** What the steps of a build have in common. */
export interface StepsOptions {
  /** What tells this build from others when a miss is explained. */
  readonly scope: string
  /** Nothing is executed or written. */
  readonly isPlan: boolean
  /** Milliseconds after which a result is made anew. */
  readonly ttlMs?: number
}

/**
 * The steps of one build: asks the cache, executes, records.
 *
 * A key wanted twice, even at the same time, is looked up and executed once. So it is when another process wants it: who
 * comes second waits, and finds the record. Nobody holds one step and waits for another, so no two builds wait for each
 * other.
 */
export const make = ({ isPlan, scope, ttlMs }: StepsOptions) =>
  Effect.gen(function* () {
    const cache = yield* BuildCache
    const locks = yield* Locks
    const once = Once.make<StepKey, Made, Failure>()
    const used: Array<{ readonly key: StepKey; readonly place: StepPlace }> = []
    /** Steps that this build makes or has made. */
    const missed = new Set<StepKey>()
    const lineage = ofBytes(scope)
    const begunAt = yield* Clock.currentTimeMillis
    let executing = false

    /** `pending`: records of cheap steps of the same stage that wait to be written; this adds to it or empties it. */
    const want = (wanted: Wanted, pending: Array<NewRecord>): Effect.Effect<Made, Failure> =>
      Effect.suspend(() => {
        const key = keyOfSpelling(wanted.record.facts)
        return Effect.flatMap(ask(key, wanted), (found) =>
          found.made === undefined
            ? Effect.flatMap(once(key, makeStep(key, wanted, found, pending)), ({ first, value }) =>
                taken(wanted, value, first && value.how === "ran")
              )
            : taken(wanted, found.made, false)
        )
      })

    /** What {@link want} has without making anything; undefined where the step must be made. */
    const hit = (wanted: Asked): Effect.Effect<Made | undefined, Failure> =>
      Effect.flatMap(ask(keyOfSpelling(wanted.record.facts), wanted), ({ made }) =>
        made === undefined ? notHere : taken(wanted, made, false)
      )

    /** Nothing is done for a hit that could be done twice, so it needs no turn. */
    const ask = (key: StepKey, wanted: Asked): Effect.Effect<Found, StorageFailure> =>
      wanted.skip === undefined && !missed.has(key) ? look(key, wanted) : nothingFound

    const taken = ({ place: { number, stage } }: Asked, value: Made, isMade: boolean): Effect.Effect<Made, Failure> => {
      const { key } = value
      if (!isMade && value.how !== "missing" && value.recordable) {
        used.push({ key, place: { lineage, stage, number } })
      }
      const made: Made = isMade || value.how !== "ran" ? value : { ...value, how: "shared" }
      // What is being built may take long, and nobody else is to take away meanwhile what it stands on.
      return executing ? Effect.as(touch, made) : Effect.succeed(made)
    }

    const makeStep = (key: StepKey, wanted: Wanted, found: Found, pending: Array<NewRecord>) =>
      Effect.gen(function* () {
        missed.add(key)
        const { record, skip } = wanted
        const told = skip ?? found.cause ?? (yield* reason(key, wanted))
        const cause = wanted.follows === undefined ? told : ownCause(told, wanted.follows)
        if (isPlan) {
          return { key, how: "missing", layer: null, createdAt: 0, tookMs: 0, cause, recordable: false } satisfies Made
        }
        const execute = Effect.gen(function* () {
          if (cause.kind === "gone" || cause.kind === "damaged") {
            yield* Effect.logWarning(`${record.instruction} is made again: ${describeCause(cause)}`)
          }
          wanted.onMiss(cause)
          const startedAt = yield* Clock.currentTimeMillis
          const { exact, layer } = yield* wanted.execute
          const createdAt = yield* Clock.currentTimeMillis
          const recordable = wanted.recordable && exact
          const tookMs = createdAt - startedAt
          const { instruction } = record
          const { number, parent, stage } = wanted.place
          const place: StepPlace = { lineage, stage, number }
          if (recordable)
            pending.push({ key, facts: writeRecord(record), instruction, parent, layer, createdAt, tookMs, place })
          if (!wanted.isCheap) yield* flush(pending)
          return { key, how: "ran", layer, createdAt, tookMs, cause, recordable } satisfies Made
        })
        if (wanted.isCheap) return yield* execute
        executing = true
        yield* touch
        if (!wanted.recordable) return yield* execute
        const again = Effect.flatMap(fresh(key, wanted), (made) =>
          made === undefined ? execute : Effect.succeed(made)
        )
        return yield* locks.withLock(`step-${hexOf(ofBytes(`${key} ${record.on}`))}`, again)
      })

    const look = (key: StepKey, { record, recordable }: Asked): Effect.Effect<Found, StorageFailure> =>
      Effect.map(cache.get(key), (found): Found => {
        // A record of other facts, or made on other layers, is not this step's, whatever it is called.
        if (Option.isNone(found) || !found.value.facts.startsWith(recordPrefix(record))) return {}
        const { createdAt, layer, tookMs } = found.value
        if (ttlMs !== undefined && begunAt - createdAt >= ttlMs) {
          return { cause: { kind: "expired", age: seconds(begunAt - createdAt), limit: seconds(ttlMs) } }
        }
        return { made: { key, how: "cached", layer, createdAt, tookMs, recordable } }
      })

    /** What another process has made of the step since this build began. Nobody shares who did not want the cache. */
    const fresh = (key: StepKey, wanted: Wanted): Effect.Effect<Made | undefined, StorageFailure> =>
      wanted.skip?.kind === "no-cache"
        ? Effect.succeed(undefined)
        : Effect.map(look(key, wanted), ({ made }) =>
            made !== undefined && (wanted.skip === undefined || made.createdAt > begunAt) ? made : undefined
          )

    const reason = (key: StepKey, { follows, place, record }: Wanted) =>
      explainMiss(cache, {
        key,
        lineage,
        record,
        step: { ...place, instruction: record.instruction },
        isBelowRun: follows !== undefined
      })

    /** Writes what waits. */
    const flush = (pending: Array<NewRecord>): Effect.Effect<void, StorageFailure> =>
      Effect.suspend(() => (pending.length === 0 ? Effect.void : cache.put(pending.splice(0))))

    /** Tells the cache what was used since the last time, in one call. */
    const touch: Effect.Effect<void, StorageFailure> = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      used.length === 0 ? Effect.void : cache.use(used.splice(0), now)
    )

    return { hit, want, flush, touch }
  })

/** The steps of one build. */
export type Steps = Effect.Effect.Success<ReturnType<typeof make>>
