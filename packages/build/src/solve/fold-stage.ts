import * as Either from "effect/Either"
import { type CheckPolicy, judge } from "../dockerfile/check-policy.ts"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import type { StepNode } from "../graph/BuildGraph.ts"
import { type Around, nextState, type Step } from "./next-state.ts"
import type { StageState } from "./stage-state.ts"

/** All instructions of a stage, folded into its state one after the other. */
export interface FoldedStage {
  /** One for each instruction, as long as there are no problems. */
  readonly folds: ReadonlyArray<Step>
  /** Everything that is wrong in the stage, and warnings that count as errors, in the order of the instructions. */
  readonly problems: ReadonlyArray<Diagnostic>
  readonly warnings: ReadonlyArray<Diagnostic>
}

/**
 * Folds a whole stage before any step of it is executed, so that what is wrong with the last instruction is said before
 * the first one runs. An instruction that is wrong leaves the state as it was.
 */
export const foldStage = (
  start: StageState,
  nodes: ReadonlyArray<{ readonly node: StepNode; readonly around: Around }>,
  check: CheckPolicy
): FoldedStage => {
  const folds: Array<Step> = []
  const found: Array<Diagnostic> = []
  let state = start
  for (const { around, node } of nodes) {
    const folded = nextState(state, node, around)
    if (Either.isLeft(folded)) {
      found.push(folded.left)
      continue
    }
    folds.push(folded.right)
    found.push(...folded.right.warnings)
    state = folded.right.state
  }
  const judged = judge(check, found)
  return {
    folds,
    problems: judged.filter(({ severity }) => severity === "error"),
    warnings: judged.filter(({ severity }) => severity === "warning")
  }
}
