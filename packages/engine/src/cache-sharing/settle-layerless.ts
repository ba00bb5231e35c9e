import type { BuildGraph } from "@gantry/build/graph/BuildGraph"
import { dependencies } from "@gantry/build/graph/prune"
import type { BaseResolver } from "@gantry/build/solve/BaseResolver"
import type { StepReport } from "@gantry/build/solve/BuildResult"
import { plan, type SolveRequest } from "@gantry/build/solve/Solver"
import type { StepExecutor } from "@gantry/build/solve/StepExecutor"
import type { Locks } from "@gantry/core/Locks"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import * as Effect from "effect/Effect"
import type { Layerless } from "./Layerless.ts"

/**
 * Refuses those results without layers that the build needs the layers of: of the stages that become the image, of those in
 * which a step has to be carried out, and of those that such a stage takes files from. What is refused has to be carried
 * out as well, and may itself need more.
 *
 * When what would be done cannot be known, all of them are refused.
 */
export const settleLayerless = (
  request: SolveRequest,
  layerless: Layerless
): Effect.Effect<void, never, BaseResolver | BuildCache | Locks | StepExecutor> =>
  Effect.gen(function* () {
    if (!layerless.isOffered) return
    const { onHit: _, ...quiet } = { ...request, onEvent: () => {} }
    for (;;) {
      const steps = yield* plan(quiet)
      const needed = stagesNeeded(request.graph, steps)
      const keys = steps.flatMap(({ key, step }) =>
        key !== undefined && needed.has(step.stage) && layerless.met.has(key) ? [key] : []
      )
      if (keys.length === 0) return
      layerless.refuse(keys)
    }
  }).pipe(Effect.catchAll(() => Effect.sync(layerless.refuseAll)))

/** The stages of which the layers have to be here. */
const stagesNeeded = (
  { stages, target }: Pick<BuildGraph, "stages" | "target">,
  steps: ReadonlyArray<StepReport>
): ReadonlySet<number> => {
  const needed = new Set<number>()
  const need = (index: number): void => {
    const stage = stages[index]
    if (stage === undefined || needed.has(index)) return
    needed.add(index)
    if (stage.base.of === "stage") need(stage.base.index)
  }
  need(target)
  for (const { how, step } of steps) {
    if (how === "cached") continue
    need(step.stage)
    const stage = stages[step.stage]
    if (stage !== undefined) for (const each of dependencies(stage)) need(each)
  }
  return needed
}
