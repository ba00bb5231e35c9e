import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { format } from "@gantry/core/image/Platform"
import type { NewRecord, StepKey } from "@gantry/core/store/BuildCache"
import type { StageNode } from "../graph/BuildGraph.ts"
import { spell } from "../key/canonical.ts"
import type { Cause } from "../key/Cause.ts"
import { keyOfSpelling } from "../key/step-key.ts"
import type { Parent } from "../key/StepFacts.ts"
import { BuildFailed } from "./BuildFailed.ts"
import type { StepReport } from "./BuildResult.ts"
import { executeStep } from "./execute-step.ts"
import { factsOf } from "./facts-of-action.ts"
import { contextsOf, remoteOf } from "./other-files.ts"
import type { Hit } from "./Hit.ts"
import type { StepLabel } from "./SolveEvent.ts"
import { type OtherTree, otherTrees } from "./stand-on.ts"
import { type Folded, nothing, onto, type Standing, type Workshop } from "./Standing.ts"
import type { Made } from "./Steps.ts"

/** Takes one step: facts, key, cache or execution, and the standing after it. */
export const takeStep = (before: Standing, folded: Folded, shop: Workshop, pending: Array<NewRecord>) =>
  Effect.gen(function* () {
    const { action, createdBy, label, stage, state } = folded
    const trees: ReadonlyArray<OtherTree | undefined> = yield* otherTrees(folded, shop)
    const absent = trees.find((tree) => tree?.unknown === true)
    if (absent !== undefined) return unplanned(before, label, absent.missed)
    const contexts = yield* contextsOf(folded, shop)
    const found = yield* Effect.either(remoteOf(folded, shop))
    if (Either.isLeft(found)) {
      if (!shop.isPlan) return yield* found.left
      return unplanned(before, label, { kind: "absent", image: label.text, why: found.left.why })
    }
    const remote = found.right
    const ground: Ground = action.kind === "copy" && action.link ? onNothing(stage) : before
    const known = factsOf(action, {
      parent: ground.parent,
      epoch: shop.epoch === undefined ? "" : String(shop.epoch),
      options: shop.options,
      contexts,
      remote,
      trees: trees.map((tree) => tree?.parent)
    })
    if (Either.isLeft(known)) {
      shop.emit({ type: "failed", step: label, why: known.left })
      return yield* new BuildFailed({ step: label, why: known.left })
    }
    const { facts, files, parts } = known.right
    const again = trees.find((tree) => tree?.missed !== undefined)?.missed
    const skip = shop.skip(stage.index) ?? ground.missed ?? again
    const isCheap = action.kind === "config"
    const place = { stack: ground.stack, trees, parts: parts ?? [] }
    const made = yield* shop.steps.want(
      {
        record: {
          on: trees.reduce((on, tree) => onto(on, tree?.chain ?? null), ground.chain),
          facts: shop.spell(facts),
          instruction: label.text,
          files
        },
        place: { stage: label.stageName, number: label.number, texts: folded.texts, ...parentOf(before.parent) },
        ...(skip === undefined ? {} : { skip }),
        recordable: ground.recordable && trees.every((tree) => tree?.recordable !== false),
        isCheap,
        onMiss: (cause) => {
          if (!isCheap) shop.emit({ type: "started", step: label, cause })
        },
        execute: isCheap ? Effect.succeed({ layer: null, exact: true }) : executeStep(folded, place, shop)
      },
      pending
    )
    if (made.how === "cached" && !isCheap) {
      const repeat: Hit["again"] = (executor) => executeStep(folded, place, { ...shop, executor })
      shop.onHit?.({ key: made.key, step: label, action, layer: made.layer, again: repeat })
    }
    yield* announce(label, made, isCheap, shop)
    const created = new Date(shop.epoch === undefined ? made.createdAt : shop.epoch * 1000).toISOString()
    const { key, layer } = made
    const empty = layer === null ? { empty_layer: true } : {}
    const { cause, how, tookMs } = made
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
    return {
      ...before,
      state,
      stack: layer === null ? before.stack : [...before.stack, layer],
      chain: onto(before.chain, layer),
      parent: ground === before ? { step: key } : both(before.parent, key),
      ...(missed === undefined ? {} : { missed }),
      recordable: before.recordable && made.recordable,
      history: [...before.history, { created, created_by: createdBy, ...empty }],
      created,
      reports: [...before.reports, report]
    } satisfies Standing
  })

const parentOf = (parent: Parent): { readonly parent: string; readonly isOnStep: boolean } => {
  if ("step" in parent) return { parent: parent.step, isOnStep: true }
  return { parent: "image" in parent ? parent.image : "scratch", isOnStep: false }
}

/** What a linked copy stands on: nothing, so that its layer is the same on every base. */
const onNothing = ({ platform }: Pick<StageNode, "platform">): Ground => ({
  stack: [],
  chain: nothing,
  parent: { scratch: format(platform) },
  recordable: true
})

type Ground = Pick<Standing, "stack" | "chain" | "parent" | "recordable" | "missed">

/** What stands on a linked copy: the copy's key says nothing of what is below it. */
const both = (below: Parent, key: StepKey): Parent => ({ step: keyOfSpelling(spell([{ ...below }, key])) })

/** The reason of all steps after one that ran again. */
export const follows = ({ number, stageName, text }: StepLabel): Cause => ({
  kind: "follows",
  stage: stageName,
  step: number,
  instruction: text
})

/**
 * A step of a plan of which nothing can be known, because an image is not here: the one of its stage, or the one it copies
 * from.
 */
export const unplanned = (before: Standing, label: StepLabel, source?: Cause): Standing => {
  const cause = before.missed ?? source
  const report = { step: label, how: "missing", tookMs: 0, layer: null, ...(cause && { cause }) } as const
  return {
    ...before,
    unknown: true,
    missed: before.missed ?? follows(label),
    recordable: false,
    reports: [...before.reports, report]
  }
}

const announce = (
  step: StepLabel,
  { createdAt, how, layer, tookMs }: Made,
  isCheap: boolean,
  shop: Workshop
): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    if (how === "missing") return
    if (isCheap) shop.emit({ type: "applied", step, cached: how === "cached" })
    else if (how !== "cached") shop.emit({ type: "done", step, tookMs, layer })
    else shop.emit({ type: "cached", step, ageMs: Math.max(0, now - createdAt) })
  })
