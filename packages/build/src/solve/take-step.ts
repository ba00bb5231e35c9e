import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { inTurns } from "@gantry/core/turns"
import type { NewRecord } from "@gantry/core/store/BuildCache"
import type { Cause } from "../key/Cause.ts"
import { BuildFailed } from "./BuildFailed.ts"
import { executeStep } from "./execute-step.ts"
import { factsOf, type KnownFacts } from "./facts-of-action.ts"
import { contextsOf, remoteOf } from "./other-files.ts"
import type { StepLabel } from "./SolveEvent.ts"
import { type OtherTree, otherTrees } from "./stand-on.ts"
import { type Folded, onto, type Standing, type Workshop } from "./Standing.ts"
import {
  askedOf,
  canCutOff,
  factsAround,
  follows as following,
  groundOf,
  skipOf,
  standingAfter
} from "./standing-after.ts"
import { takenContent } from "./taken-content.ts"

/**
 * Takes one step: facts, key, cache or execution, and the standing after it. `known` are the facts, where somebody has
 * just read them.
 */
export const takeStep = (
  before: Standing,
  folded: Folded,
  shop: Workshop,
  pending: Array<NewRecord>,
  known?: KnownFacts
) =>
  Effect.gen(function* () {
    const { action, label } = folded
    const trees: ReadonlyArray<OtherTree | undefined> = yield* otherTrees(folded, shop)
    const absent = trees.find((tree) => tree?.unknown === true)
    if (absent !== undefined) return unplanned(before, label, absent.missed)
    const contexts = yield* contextsOf(folded, shop)
    const found = yield* Effect.either(remoteOf(folded, shop))
    if (Either.isLeft(found)) {
      if (!shop.isPlan) return yield* found.left
      return unplanned(before, label, { kind: "absent", image: label.text, why: found.left.why })
    }
    const ground = groundOf(before, folded)
    const follows = ground.missed ?? trees.find((tree) => tree?.missed !== undefined)?.missed
    const contents = canCutOff(shop, follows) ? yield* takenContent(folded, trees, shop) : undefined
    const read =
      known === undefined
        ? yield* inTurns(() =>
            factsOf(action, {
              ...factsAround(ground, folded, shop),
              contexts,
              remote: found.right,
              trees: trees.map((tree, at) => contents?.[at] ?? tree?.parent)
            })
          )
        : Either.right(known)
    if (Either.isLeft(read)) {
      shop.emit({ type: "failed", step: label, why: read.left })
      return yield* new BuildFailed({ step: label, why: read.left })
    }
    const skip = skipOf(follows, folded, shop)
    const isCheap = action.kind === "config"
    const place = { stack: ground.stack, trees, parts: read.right.parts ?? [] }
    // What is taken by its content may be from other layers.
    const taken = contents === undefined ? trees : []
    const on = taken.reduce((chain, tree) => onto(chain, tree?.chain ?? null), ground.chain)
    const made = yield* shop.steps.want(
      {
        ...askedOf(before, folded, shop, read.right, on),
        ...(skip === undefined ? {} : { skip }),
        ...(follows === undefined ? {} : { follows }),
        recordable: ground.recordable && trees.every((tree) => tree?.recordable !== false),
        onMiss: (cause) => {
          if (!isCheap) shop.emit({ type: "started", step: label, cause })
        },
        execute: isCheap ? Effect.succeed({ layer: null, exact: true }) : executeStep(folded, place, shop),
        isCheap
      },
      pending
    )
    return standingAfter(before, folded, shop, { made, place, now: yield* Clock.currentTimeMillis })
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
    missed: before.missed ?? following(label),
    recordable: false,
    reports: [...before.reports, report]
  }
}
