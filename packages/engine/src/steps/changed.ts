import { StepFailed, type StepPlace } from "@gantry/build/solve/StepExecutor"
import { type LayerInfo, LayerStore } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure, UnsafePath } from "@gantry/core/store/StoreError"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { commitTree } from "./commit-tree.ts"

/** Puts changes on a stack as a new layer. Nothing is left after a failure or an interruption. */
export const changed = (
  place: Pick<StepPlace, "stack" | "clampNs" | "onWarning">,
  changes: Iterable<TreeChange>
): Effect.Effect<Option.Option<LayerInfo>, StepFailed | LayerMissing | UnsafePath | StorageFailure, LayerStore> =>
  Effect.flatMap(LayerStore, (layers) =>
    Effect.acquireUseRelease(
      layers.prepare({ parents: place.stack, keep: false }),
      (tree) => Effect.zipRight(layers.write(tree, changes), commitTree(place, tree)),
      (tree) => Effect.ignore(layers.discard(tree))
    )
  )

/** Brings whatever stopped a step to the step's own failure. */
export const stepFailed = (problem: StepFailed | { readonly message: string }): StepFailed =>
  problem instanceof StepFailed ? problem : new StepFailed({ why: problem.message, cause: problem })
