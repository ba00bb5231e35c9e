import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { CacheRecord } from "@gantry/core/store/BuildCache"
import { BuildFailed } from "./BuildFailed.ts"
import type { StepReport } from "./BuildResult.ts"
import { executeStep } from "./execute-step.ts"
import { factsOf } from "./facts-of-action.ts"
import { contextOf, remoteOf } from "./other-files.ts"
import type { StepLabel } from "./SolveEvent.ts"
import { type OtherTree, otherTree } from "./stand-on.ts"
import { type Folded, onto, type Standing, type Workshop } from "./Standing.ts"
import type { Made } from "./Steps.ts"

/** Takes one step: facts, key, cache or execution, and the standing after it. */
export const takeStep = (before: Standing, folded: Folded, shop: Workshop, pending: Array<CacheRecord>) =>
  Effect.gen(function* () {
    const { action, createdBy, label, stage, state } = folded
    const tree: OtherTree | undefined = yield* otherTree(folded, shop)
    const context = yield* contextOf(folded, shop)
    const remote = yield* remoteOf(folded, shop)
    const known = yield* Effect.sync(() =>
      factsOf(action, {
        parent: before.parent,
        epoch: shop.epoch === undefined ? "" : String(shop.epoch),
        options: shop.options,
        context,
        remote,
        ...(tree === undefined ? {} : { tree: tree.parent })
      })
    )
    if (Either.isLeft(known)) {
      shop.emit({ type: "failed", step: label, why: known.left })
      return yield* new BuildFailed({ step: label, why: known.left })
    }
    const { facts, files, parts } = known.right
    const skip = shop.skip(stage.index) ?? before.missed ?? tree?.missed
    const isCheap = action.kind === "config"
    const made = yield* shop.steps.want(
      {
        record: { on: onto(before.chain, tree?.chain ?? null), facts: shop.spell(facts), files },
        place: { stage: label.stageName, number: label.number },
        ...(skip === undefined ? {} : { skip }),
        recordable: before.recordable && tree?.recordable !== false,
        isCheap,
        onMiss: (cause) =>
          shop.requireCached
            ? Effect.fail(new BuildFailed({ step: label, why: `it is not cached: ${cause}` }))
            : isCheap
              ? Effect.void
              : Effect.sync(() => shop.emit({ type: "started", step: label, cause })),
        execute: isCheap
          ? Effect.succeed({ layer: null, exact: true })
          : executeStep(folded, { stack: before.stack, tree, parts: parts ?? [] }, shop)
      },
      pending
    )
    yield* announce(label, made, isCheap, shop)
    const created = new Date(shop.epoch === undefined ? made.createdAt : shop.epoch * 1000).toISOString()
    const { key, layer } = made
    const empty = layer === null ? { empty_layer: true } : {}
    const { cause, how, tookMs } = made
    const report: StepReport = { step: label, how, key, tookMs, layer, ...(cause === undefined ? {} : { cause }) }
    const missed = before.missed ?? (how === "cached" ? undefined : `it follows step ${label.number}, ${label.text}`)
    return {
      ...before,
      state,
      stack: layer === null ? before.stack : [...before.stack, layer],
      chain: onto(before.chain, layer),
      parent: { step: key },
      ...(missed === undefined ? {} : { missed }),
      recordable: made.recordable,
      history: [...before.history, { created, created_by: createdBy, ...empty }],
      created,
      reports: [...before.reports, report]
    } satisfies Standing
  })

const announce = (
  step: StepLabel,
  { createdAt, how, layer, tookMs }: Made,
  isCheap: boolean,
  shop: Workshop
): Effect.Effect<void> =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    if (isCheap) shop.emit({ type: "applied", step, cached: how === "cached" })
    else if (how !== "cached") shop.emit({ type: "done", step, tookMs, layer })
    else shop.emit({ type: "cached", step, ageMs: Math.max(0, now - createdAt) })
  })
