import { format } from "@gantry/core/image/Platform"
import type { Digest } from "@gantry/core/image/Digest"
import type { StepKey } from "@gantry/core/store/BuildCache"
import { spell } from "../key/canonical.ts"
import type { Cause } from "../key/Cause.ts"
import { keyOfSpelling } from "../key/step-key.ts"
import type { Parent } from "../key/StepFacts.ts"
import type { StepReport } from "./BuildResult.ts"
import { executeStep, type Ground as Place } from "./execute-step.ts"
import type { FactsAround, KnownFacts } from "./facts-of-action.ts"
import type { Hit } from "./Hit.ts"
import type { StepLabel } from "./SolveEvent.ts"
import { type Folded, nothing, onto, type Standing, type Workshop } from "./Standing.ts"
import type { Made, Wanted } from "./Steps.ts"

/** What a step stands on: its stage so far, or nothing. */
type Ground = Pick<Standing, "stack" | "chain" | "parent" | "recordable" | "missed">

/** What a linked copy stands on is nothing, so that its layer is the same on every base; all else stands on its stage. */
export const groundOf = (before: Standing, { action, stage }: Pick<Folded, "action" | "stage">): Ground =>
  action.kind === "copy" && action.link
    ? { stack: [], chain: nothing, parent: { scratch: format(stage.platform) }, recordable: true }
    : before

/** What the facts of every step are made with. */
export const factsAround = (
  { chain, parent }: Pick<Ground, "chain" | "parent">,
  { stage }: Pick<Folded, "stage">,
  { earlyCutoff, epoch, options, secretOptions }: Workshop
): Pick<FactsAround, "parent" | "epoch" | "options" | "secretOptions"> => ({
  // What a step sees of those before it is their files, and their settings, which are facts of its own.
  parent: earlyCutoff ? { layers: chain, platform: format(stage.platform) } : parent,
  epoch: epoch === undefined ? "" : String(epoch),
  options,
  secretOptions
})

/** What the cache is asked for. `on`: a digest of all the layers that the step stands on or takes files from. */
export const askedOf = (
  before: Standing,
  { label, texts }: Pick<Folded, "label" | "texts">,
  shop: Workshop,
  { facts, files }: KnownFacts,
  on: Digest
): Pick<Wanted, "record" | "place"> => ({
  record: { on, facts: shop.spell(facts), instruction: label.text, files },
  place: { stage: label.stageName, number: label.number, texts, ...parentOf(before.parent) }
})

/** Why the cache is not asked for a step; nothing when it is. `follows`: the step that ran again below it or its sources. */
export const skipOf = (
  follows: Cause | undefined,
  { stage }: Pick<Folded, "stage">,
  shop: Workshop
): Cause | undefined => shop.skip(stage.index) ?? (canCutOff(shop, follows) ? undefined : follows)

/** Whether steps are asked for by the files they stand on and take. What would run in a plan has made none. */
export const canCutOff = ({ earlyCutoff, isPlan }: Workshop, follows: Cause | undefined): boolean =>
  earlyCutoff && !(isPlan && follows !== undefined)

const parentOf = (parent: Parent): { readonly parent: string; readonly isOnStep: boolean } => {
  if ("step" in parent) return { parent: parent.step, isOnStep: true }
  return { parent: "image" in parent ? parent.image : "scratch", isOnStep: false }
}

/** How a step went. */
interface Outcome {
  readonly made: Made
  /** Where it was, or would have been, executed. */
  readonly place: Place
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Says how a step went, and gives the standing after it. */
export const standingAfter = (
  before: Standing,
  folded: Folded,
  shop: Workshop,
  { made, now, place }: Outcome
): Standing => {
  const { action, createdBy, label, state } = folded
  const { cause, how, key, layer, tookMs } = made
  if (how === "cached" && action.kind !== "config") {
    const again: Hit["again"] = (executor) => executeStep(folded, place, { ...shop, executor })
    shop.onHit?.({ key, step: label, action, layer, again })
  }
  announce(folded, made, now, shop)
  const created = new Date(shop.epoch === undefined ? made.createdAt : shop.epoch * 1000).toISOString()
  const report: StepReport = {
    step: label,
    how,
    key,
    tookMs,
    layer,
    ...(how === "missing" ? {} : { createdAt: made.createdAt }),
    ...(cause === undefined ? {} : { cause })
  }
  const missed = before.missed ?? (how === "cached" ? undefined : follows(label))
  const isLinked = action.kind === "copy" && action.link
  return {
    ...before,
    state,
    stack: layer === null ? before.stack : [...before.stack, layer],
    chain: onto(before.chain, layer),
    parent: isLinked ? both(before.parent, key) : { step: key },
    ...(missed === undefined ? {} : { missed }),
    recordable: before.recordable && made.recordable,
    history: [...before.history, { created, created_by: createdBy, ...(layer === null ? { empty_layer: true } : {}) }],
    created,
    reports: [...before.reports, report]
  }
}

/** What stands on a linked copy: the copy's key says nothing of what is below it. */
const both = (below: Parent, key: StepKey): Parent => ({ step: keyOfSpelling(spell([{ ...below }, key])) })

/** The reason of all steps after one that ran again. */
export const follows = ({ number, stageName, text }: StepLabel): Cause => ({
  kind: "follows",
  stage: stageName,
  step: number,
  instruction: text
})

const announce = (
  { action, label: step }: Folded,
  { cause, createdAt, how, layer, tookMs }: Made,
  now: number,
  { emit }: Workshop
): void => {
  if (how === "missing") return
  const cached = how === "cached"
  const age = cached ? { ageMs: Math.max(0, now - createdAt) } : undefined
  if (action.kind === "config") emit({ type: "applied", step, cached, ...(age ?? (cause && { cause })) })
  else if (age === undefined) emit({ type: "done", step, tookMs, layer })
  else emit({ type: "cached", step, ...age })
}
