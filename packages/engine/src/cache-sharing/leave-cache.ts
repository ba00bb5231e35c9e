import type { BuildGraph } from "@gantry/build/graph/BuildGraph"
import type { BuildResult, StepReport } from "@gantry/build/solve/BuildResult"
import type { Locks } from "@gantry/core/Locks"
import type { Settings } from "@gantry/core/Settings"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { SendServices } from "../push/send-image.ts"
import type { SendError } from "../push/send-layer.ts"
import type { SecretLeaked } from "../secrets/SecretLeaked.ts"
import type { LeakWatch } from "../secrets/watch-texts.ts"
import type { CacheTarget } from "./CachePlace.ts"

/** A step of a build, and whether the stage that was built stands on its stage. */
export interface ExportedStep {
  readonly report: StepReport
  readonly isOfTarget: boolean
}

/** The steps of a build, those of the target stage and of the stages below it marked. */
export const exportedSteps = ({
  graph,
  steps
}: Pick<BuildResult, "steps"> & {
  readonly graph: Pick<BuildGraph, "stages" | "target">
}): ReadonlyArray<ExportedStep> => {
  const below = new Set<number>()
  let next: number | undefined = graph.target
  while (next !== undefined && !below.has(next)) {
    below.add(next)
    const base: BuildGraph["stages"][number]["base"] | undefined = graph.stages[next]?.base
    next = base?.of === "stage" ? base.index : undefined
  }
  return steps.map((report) => ({ report, isOfTarget: below.has(report.step.stage) }))
}

/** Leaves the results of a build at a place. When that fails it is said, and unless it was to be ignored the build fails. */
export const leaveCache = (
  steps: ReadonlyArray<ExportedStep>,
  target: CacheTarget,
  { onWarning, watch }: { readonly onWarning: (text: string) => void; readonly watch: LeakWatch | undefined }
): Effect.Effect<void, SecretLeaked | SendError | StorageFailure, BuildCache | Locks | SendServices | Settings> =>
  Effect.gen(function* () {
    // Loaded now: few builds leave anything.
    const { exportCache } = yield* Effect.promise(() => import("./export-cache.ts"))
    yield* exportCache(steps, { ...target, watch, onWarning })
  }).pipe(
    Effect.catchAll((problem) => {
      if (!target.ignoreError) return Effect.fail(problem)
      return Effect.sync(() => onWarning(`the cache was not left at ${target.shown}: ${problem.message}`))
    })
  )
