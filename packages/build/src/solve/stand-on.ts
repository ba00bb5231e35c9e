import * as Effect from "effect/Effect"
import type { Digest } from "@gantry/core/image/Digest"
import { format } from "@gantry/core/image/Platform"
import type { Stack } from "@gantry/core/store/LayerStore"
import type { CopySource, StageNode } from "../graph/BuildGraph.ts"
import type { Cause } from "../key/Cause.ts"
import type { Parent } from "../key/StepFacts.ts"
import type { StepLabel } from "./SolveEvent.ts"
import { onImage, onStage } from "./stage-state.ts"
import { type Folded, nothing, onto, type Standing, timed, type Workshop } from "./Standing.ts"

/** What FROM gives a stage to stand on, and the ONBUILD texts that came with it. */
export const standOn = (stage: StageNode, shop: Workshop, step: StepLabel) =>
  Effect.gen(function* () {
    const { base, platform } = stage
    if (base.of === "stage") {
      const below = yield* shop.stage(base.index)
      shop.emit({ type: "based", step })
      const triggers = below.state.config.OnBuild ?? []
      return { triggers, standing: { ...below, state: onStage(below.state) } }
    }
    if (base.of === "scratch") {
      shop.emit({ type: "based", step })
      const standing: Standing = {
        state: onImage(undefined, platform),
        stack: [],
        chain: nothing,
        parent: { scratch: format(platform) },
        recordable: true,
        history: [],
        reports: []
      }
      return { triggers: [], standing }
    }
    const found = yield* shop.image(base.reference, stage, step)
    if ("kind" in found) {
      const standing: Standing = {
        state: onImage(undefined, platform),
        stack: [],
        chain: nothing,
        parent: { scratch: format(platform) },
        missed: found,
        unknown: true,
        recordable: false,
        history: [],
        reports: []
      }
      return { triggers: [], standing }
    }
    const { config, digest, stack } = found
    shop.emit({ type: "based", step, digest })
    const standing: Standing = {
      state: onImage(config, platform),
      stack,
      chain: stack.reduce(onto, nothing),
      parent: { image: digest, platform: format(platform) },
      recordable: true,
      history: config.history,
      ...timed(config.created),
      base: config,
      reports: []
    }
    return { triggers: config.config.OnBuild ?? [], standing }
  })

/** Another tree that files are from. */
export interface OtherTree {
  readonly parent: Parent
  readonly stack: Stack
  readonly chain: Digest
  readonly missed?: Cause
  /** Only in plans: nothing is known of it. */
  readonly unknown?: boolean
  readonly recordable: boolean
}

/** Where a step takes files from, none for the context: a copy from one place, a RUN from one for each of its mounts. */
export const wantedTrees = ({ action, node }: Pick<Folded, "action" | "node">): ReadonlyArray<CopySource | undefined> =>
  action.kind === "run" ? action.mounts.map(({ from }) => from) : [node.from]

/**
 * Finds the trees that a step takes files from, building their stages if need be, in the order of
 * {@link wantedTrees}; none where that is a context.
 */
export const otherTrees = (folded: Folded, shop: Workshop) => {
  const sources = wantedTrees(folded)
  return Effect.forEach(
    sources,
    (source) =>
      source === undefined || source.of === "context" ? Effect.succeed(undefined) : otherTree(source, folded, shop),
    // Stages that a command mounts may be built side by side.
    { concurrency: Math.max(1, sources.length) }
  )
}

const otherTree = (from: Exclude<CopySource, { readonly of: "context" }>, { label, stage }: Folded, shop: Workshop) =>
  Effect.gen(function* () {
    if (from.of === "stage") {
      const { chain, missed, parent, recordable, stack, unknown } = yield* shop.stage(from.index)
      return {
        parent,
        stack,
        chain,
        recordable,
        ...(missed === undefined ? {} : { missed }),
        ...(unknown === undefined ? {} : { unknown })
      } satisfies OtherTree
    }
    const found = yield* shop.image(from.reference, stage, label)
    if ("kind" in found) {
      const parent: Parent = { scratch: format(stage.platform) }
      return { parent, stack: [], chain: nothing, recordable: false, missed: found, unknown: true } satisfies OtherTree
    }
    const { digest, stack } = found
    const parent: Parent = { image: digest, platform: format(stage.platform) }
    return { parent, stack, chain: stack.reduce(onto, nothing), recordable: true } satisfies OtherTree
  })
