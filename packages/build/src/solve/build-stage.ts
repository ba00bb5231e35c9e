import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { coverLogins } from "@gantry/core/logins"
import type { NewRecord } from "@gantry/core/store/BuildCache"
import { isNonEmptyReadonlyArray, type NonEmptyReadonlyArray } from "effect/Array"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import type { Instruction } from "../dockerfile/Instruction.ts"
import { type StageNode, stageName } from "../graph/BuildGraph.ts"
import type { Cause } from "../key/Cause.ts"
import { BuildFailed } from "./BuildFailed.ts"
import type { StepReport } from "./BuildResult.ts"
import { foldStage } from "./fold-stage.ts"
import type { StepLabel } from "./SolveEvent.ts"
import { standOn } from "./stand-on.ts"
import { type Standing, timed, type Workshop } from "./Standing.ts"
import { follows } from "./standing-after.ts"
import { type Looked, takeHit } from "./take-hit.ts"
import { takeStep, unplanned } from "./take-step.ts"
import { readTriggers } from "./triggers.ts"

/** Builds one stage: FROM, the triggers of its base, and its own instructions. */
export const buildStage = Effect.fnUntraced(function* (stage: StageNode, shop: Workshop) {
  const label = (instruction: Instruction, number: number, total: number): StepLabel => ({
    stage: stage.index,
    stageName: stageName(stage),
    number,
    total,
    text: coverLogins(instruction.text),
    range: instruction.range
  })
  const from = label(stage.from, 1, 1 + stage.steps.length)
  const base = yield* standOn(stage, shop, from)
  const triggers = readTriggers(base.triggers, stage, shop.graph)
  if (Either.isLeft(triggers)) return yield* refused(from, triggers.left)
  const { escape } = shop.graph
  // Triggers were written in another file, where the escape character was the usual one.
  const nodes = [
    ...triggers.right.map((node) => ({ node, around: { ...shop.graph, escape: "\\" as const } })),
    ...stage.steps.map((node) => ({ node, around: { ...shop.graph, escape } }))
  ]
  const total = 1 + nodes.length
  const texts = nodes.map(({ node }) => coverLogins(node.instruction.text))
  const pending: Array<NewRecord> = []
  const start: Standing = {
    ...base.standing,
    ...(base.standing.missed?.kind === "absent" ? { missed: follows(from) } : {}),
    reports: [startOf({ ...from, total }, base.standing.missed)]
  }
  const steps = nodes.map(({ node }, index) => ({ node, step: label(node.instruction, index + 2, total) }))
  // Without its base nothing is known of the settings of a stage, and so nothing of what is wrong with a step.
  if (start.unknown === true) return steps.reduce((standing, { step }) => unplanned(standing, step), start)
  const { folds, problems, warnings } = foldStage(start.state, nodes, shop.graph.check)
  if (isNonEmptyReadonlyArray(problems)) {
    const first = problems[0].range.start.line
    const step = steps.find((each) => each.step.range.end.line >= first)?.step ?? from
    return yield* refused(step, problems)
  }
  for (const diagnostic of warnings) shop.emit({ type: "warning", diagnostic })
  let standing = start
  for (const [index, { action, createdBy, state }] of folds.entries()) {
    const { node, step } = steps[index] ?? (yield* Effect.dieMessage("a step without an instruction"))
    if (standing.unknown === true) standing = unplanned(standing, step)
    else if (action.kind === "declare") {
      shop.emit({ type: "applied", step, cached: standing.missed === undefined })
      standing = declare({ ...standing, state }, step, createdBy, shop.isPlan)
    } else {
      const folded = { node, label: step, action, createdBy, state, stage, texts }
      const hit = takeHit(standing, folded, shop)
      const { after, known } = hit === undefined ? notLooked : yield* hit
      standing = after ?? (yield* takeStep(standing, folded, shop, pending, known))
    }
  }
  yield* shop.steps.flush(pending)
  return standing
})

const notLooked: Looked = {}

/** FROM is never executed; in a plan its image may be missing. */
const startOf = (step: StepLabel, missed: Cause | undefined): StepReport =>
  missed?.kind === "absent"
    ? { step, how: "missing", tookMs: 0, layer: null, cause: missed }
    : { step, how: "cached", tookMs: 0, layer: null }

/** An ARG has no record, and so no time of its own: it happened with the step before it. */
const declare = (standing: Standing, step: StepLabel, createdBy: string, isPlan: boolean): Standing => ({
  ...standing,
  history: [...standing.history, { ...timed(standing.created), created_by: createdBy, empty_layer: true }],
  reports: [
    ...standing.reports,
    { step, how: standing.missed === undefined || isPlan ? "cached" : "ran", tookMs: 0, layer: null }
  ]
})

const refused = (step: StepLabel, diagnostics: NonEmptyReadonlyArray<Diagnostic>) =>
  new BuildFailed({ step, why: diagnostics[0].message, diagnostics })
