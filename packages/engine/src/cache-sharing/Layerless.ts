import type { StepKey } from "@gantry/core/store/BuildCache"

/**
 * Results of other builds whose layers were not left with them: what these made is no part of the image that was built. That
 * such a step was done, and what came of it, is known all the same, and is enough for what was made from it, as long as
 * nobody needs the files themselves.
 */
export interface Layerless {
  /** Whether there are any. */
  readonly isOffered: boolean
  /** The results that somebody asked for and got. */
  readonly met: ReadonlySet<StepKey>
  /** From now on they are misses. */
  readonly refuse: (keys: Iterable<StepKey>) => void
  readonly refuseAll: () => void
}
