import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BuildCacheShape, CacheTrace, NearStep, StepKey } from "@gantry/core/store/BuildCache"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { Cause } from "../key/Cause.ts"
import { explain, type Told } from "../key/explain.ts"
import { type MissedStep, nearestStep } from "../key/nearest-step.ts"
import { readRecordHead } from "../key/record-text.ts"
import { keyOfSpelling } from "../key/step-key.ts"

/** A step that the cache does not have. */
export interface Missed {
  readonly key: StepKey
  readonly lineage: string
  readonly record: Told
  readonly step: MissedStep
  /** With early cut-off: a step that it stands on ran again in this build. */
  readonly isBelowRun: boolean
}

/**
 * Why the cache does not have a step: what became of the record of just this key if there ever was one, otherwise what
 * differs from the nearest earlier step.
 */
export const explainMiss = (
  cache: Pick<BuildCacheShape, "near" | "trace">,
  { isBelowRun, key, lineage, record, step }: Missed
): Effect.Effect<Cause, StorageFailure> =>
  Effect.gen(function* () {
    const trace = yield* cache.trace(key)
    if (Option.isSome(trace)) return yield* becameOf(trace.value, key, record)
    const near = yield* cache.near(lineage, step.parent)
    // What this build has just recorded is no neighbour of the last one: the step before it, or the beginning of another stage.
    const isEarlier = ({ key: each, place }: NearStep) => each !== step.parent && place?.stage === step.stage
    const nearest = nearestStep(step, isBelowRun ? near.filter(isEarlier) : near)
    switch (nearest.is) {
      case "unknown":
        return { kind: "first" }
      case "added":
        return nearest.above === undefined ? { kind: "added" } : { kind: "added", above: nearest.above }
      case "following":
        return { kind: "removed", instruction: nearest.removed }
      case "changed": {
        const before = yield* cache.trace(nearest.from.key)
        return Option.isNone(before) ? { kind: "first" } : explain(before.value.record, record)
      }
    }
  })

/** Why a record of the right key is of no use. */
const becameOf = ({ evicted, record }: CacheTrace, key: StepKey, now: Told): Effect.Effect<Cause> =>
  evicted === undefined
    ? Effect.succeed(isOf(key, record.facts) ? explain(record, now) : { kind: "damaged" })
    : Effect.map(Clock.currentTimeMillis, (at) => ({
        kind: "evicted",
        at: new Date(evicted.at).toISOString(),
        ago: Math.max(0, Math.floor((at - evicted.at) / 1000)),
        rule: evicted.rule,
        bytes: evicted.bytes
      }))

/** Whether a record tells of the facts that its key is the digest of. */
const isOf = (key: StepKey, text: string): boolean => {
  const facts = readRecordHead(text)?.facts
  return facts !== undefined && keyOfSpelling(facts) === key
}
