import type * as Effect from "effect/Effect"
import type { Digest } from "@gantry/core/image/Digest"
import type { StepKey } from "@gantry/core/store/BuildCache"
import type { BuildFailed } from "./BuildFailed.ts"
import type { KeyedAction } from "./facts-of-action.ts"
import type { StepLabel } from "./SolveEvent.ts"
import type { StepExecutorShape } from "./StepExecutor.ts"

/** A step whose result the cache has, with all that is needed to carry it out once more. */
export interface Hit {
  readonly key: StepKey
  readonly step: StepLabel
  readonly action: KeyedAction
  /** What the cache has; none when the step changed no file. */
  readonly layer: Digest | null
  /**
   * Carries the step out on the ground that the cached result stands on. The result is the executor's business: nothing is
   * recorded. `exact` is false when files of the context changed meanwhile.
   */
  readonly again: (executor: StepExecutorShape) => Effect.Effect<{ readonly exact: boolean }, BuildFailed>
}
