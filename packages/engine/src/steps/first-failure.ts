import * as Effect from "effect/Effect"
import type { RunTools } from "./perform-run.ts"

/** Who looks at what a failed command left, and how others wait for that. */
export interface FirstFailure {
  readonly onFailure: NonNullable<RunTools["onFailure"]>
  /** Over when nobody looks at anything: a step that fails stops everything, and would take that away. */
  readonly seen: Effect.Effect<void>
}

/**
 * Tells of the first failure only: there is one terminal, and the build ends with it. Others that fail meanwhile wait.
 */
export const firstFailure = (onFailure: NonNullable<RunTools["onFailure"]>): FirstFailure => {
  const turn = Effect.unsafeMakeSemaphore(1)
  let told = false
  return {
    onFailure: (failed) =>
      turn.withPermits(1)(
        Effect.suspend(() => {
          if (told) return Effect.void
          told = true
          return onFailure(failed)
        })
      ),
    seen: turn.withPermits(1)(Effect.void)
  }
}
