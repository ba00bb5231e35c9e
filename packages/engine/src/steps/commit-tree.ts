import { StepFailed, type StepPlace } from "@gantry/build/solve/StepExecutor"
import { type LayerInfo, LayerStore, type TreeHandle } from "@gantry/core/store/LayerStore"
import { type StorageFailure, UnsafePath } from "@gantry/core/store/StoreError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { findIn } from "../secrets/find-in.ts"
import { describeLeaks, leakAdvice } from "../secrets/guard.ts"
import type { LeakWatch } from "../secrets/watch-texts.ts"

/** The watch of the build that a step belongs to; nobody looks by default. */
export class Leaks extends Context.Reference<Leaks>()("@gantry/engine/Leaks", {
  defaultValue: (): LeakWatch | undefined => undefined
}) {}

/** Why a step fails that leaves a file which no layer can hold. */
const unfit = (cause: UnsafePath): StepFailed =>
  new StepFailed({ why: `no image can hold /${cause.path}: ${cause.why}: give it another name`, cause })

/** Turns the tree of a step into its layer, once it was looked through for secrets. */
export const commitTree = (
  { clampNs, onWarning }: Pick<StepPlace, "clampNs" | "onWarning">,
  tree: TreeHandle
): Effect.Effect<Option.Option<LayerInfo>, StepFailed | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const watch: LeakWatch | undefined = yield* Leaks
    if (watch !== undefined) {
      const leaks = yield* findIn(yield* layers.changes(tree), watch.guard)
      if (leaks.length > 0 && !watch.allow) {
        return yield* new StepFailed({ why: `${describeLeaks(leaks)}: ${leakAdvice}` })
      }
      if (leaks.length > 0) onWarning(describeLeaks(leaks))
    }
    return yield* layers
      .commit(tree, clampNs === undefined ? {} : { clampNs })
      .pipe(Effect.mapError((failure) => (failure.cause instanceof UnsafePath ? unfit(failure.cause) : failure)))
  })
