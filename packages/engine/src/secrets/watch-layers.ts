import { BuildFailed } from "@gantry/build/solve/BuildFailed"
import type { StepReport } from "@gantry/build/solve/BuildResult"
import type { Digest } from "@gantry/core/image/Digest"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describeLeaks, leakAdvice } from "./guard.ts"
import type { SearchedLayers } from "./SearchedLayers.ts"
import { findIn } from "./find-in.ts"
import type { LeakWatch } from "./watch-texts.ts"

/**
 * Fails when a secret's value is in a layer that an earlier build made of a step: that one may have been given other
 * secrets, or none. What this build made itself was looked through when it was made. Each layer is read once for the same
 * secrets, as long as `searched` remembers it.
 */
export const watchLayers = (
  steps: ReadonlyArray<StepReport>,
  watch: LeakWatch,
  searched: SearchedLayers
): Effect.Effect<void, BuildFailed | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const known = yield* searched.all
    const clean = new Set<Digest>()
    for (const { how, layer, step } of steps) {
      if (layer === null || known.has(layer) || clean.has(layer)) continue
      // What others made of a stage and did not leave here is in no image of this store.
      if (Option.isNone(yield* layers.get(layer))) continue
      if (how === "cached") {
        const leaks = yield* findIn(yield* layers.contents(layer), watch.guard)
        if (leaks.length > 0) {
          return yield* new BuildFailed({ step, why: `${describeLeaks(leaks)}: ${leakAdvice}` })
        }
      }
      clean.add(layer)
    }
    yield* searched.add([...clean])
  })
