import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { HistoryEntry, ImageConfig } from "@gantry/core/image/ImageConfig"
import { format } from "@gantry/core/image/Platform"
import type { CacheRecord } from "@gantry/core/store/BuildCache"
import type { LayerInfo, Stack } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import { type BuildGraph, type StageNode, stageName, type StepNode } from "../graph/BuildGraph.ts"
import type { Parent, StepFacts } from "../key/StepFacts.ts"
import type { BaseImage } from "./BaseResolver.ts"
import type { BuildContext, ContextSelection } from "./BuildContext.ts"
import { BuildFailed } from "./BuildFailed.ts"
import type { StepReport } from "./BuildResult.ts"
import { factsOf, type KeyedAction } from "./facts-of-action.ts"
import { nextState } from "./next-state.ts"
import type { SolveEvent, StepLabel } from "./SolveEvent.ts"
import { onImage, onStage, type StageState } from "./stage-state.ts"
import type { StepExecutorShape, StepFailed, StepPlace } from "./StepExecutor.ts"
import type { Made, Steps } from "./Steps.ts"
import { readTriggers } from "./triggers.ts"

/** Where a stage stands between two steps, and at its end. */
export interface Standing {
  readonly state: StageState
  readonly stack: Stack
  /** Digest of the stack, without counting it again. */
  readonly chain: Digest
  readonly parent: Parent
  /** A step ran again, so everything after it does too. The sentence says which. */
  readonly missed?: string
  /** False once a layer may not be what its key says. */
  readonly recordable: boolean
  readonly history: ReadonlyArray<HistoryEntry>
  /** Time of the last step, RFC 3339. */
  readonly created?: string
  /** The image at the bottom, for what settings do not say. */
  readonly base?: ImageConfig
  readonly reports: ReadonlyArray<StepReport>
}

/** What the stages of one build share. */
export interface Workshop {
  readonly graph: BuildGraph
  readonly context: BuildContext
  readonly executor: StepExecutorShape
  readonly steps: Steps
  readonly stage: (index: number) => Effect.Effect<Standing, BuildFailed | StorageFailure>
  readonly image: (reference: string, stage: StageNode, label: StepLabel) => Effect.Effect<BaseImage, BuildFailed>
  /** Takes one of the places where steps are executed. */
  readonly withPlace: <A, E>(work: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Why the cache must not be asked in a stage; absent when it may. */
  readonly skip: (stage: number) => string | undefined
  readonly options: { readonly [name: string]: string }
  /** Seconds since 1970. */
  readonly epoch?: number
  readonly requireCached: boolean
  readonly spell: (facts: StepFacts) => string
  readonly emit: (event: SolveEvent) => void
}

/** Builds one stage: FROM, the triggers of its base, and its own instructions. */
export const buildStage = Effect.fn("buildStage")(function* (stage: StageNode, shop: Workshop) {
  const from = labelOf(stage, 1, 1 + stage.steps.length, { instruction: stage.from })
  const base = yield* standOn(stage, shop, from)
  const triggers = readTriggers(base.triggers, stage, shop.graph)
  if (Either.isLeft(triggers)) return yield* refused(from, triggers.left[0])
  const nodes = [...triggers.right.map((node) => ({ node, escape: "\\" as const })), ...stage.steps.map((node) => ({ node }))]
  const total = 1 + nodes.length
  const pending: Array<CacheRecord> = []
  const report: StepReport = { step: { ...from, total }, how: "cached", tookMs: 0, layer: null }
  let standing: Standing = { ...base.standing, reports: [report] }
  for (const [index, { node, ...own }] of nodes.entries()) {
    const label = labelOf(stage, index + 2, total, node)
    const folded = nextState(standing.state, node, { ...shop.graph, ...own })
    if (Either.isLeft(folded)) return yield* refused(label, folded.left)
    const { action, createdBy, state, warnings } = folded.right
    for (const diagnostic of warnings) shop.emit({ type: "warning", diagnostic })
    if (action.kind === "declare") {
      // It has no record and so no time of its own.
      const how = standing.missed === undefined ? "cached" : "ran"
      shop.emit({ type: "applied", step: label, cached: how === "cached" })
      const entry = { ...timed(standing.created), created_by: createdBy, empty_layer: true }
      const history = [...standing.history, entry]
      standing = { ...standing, state, history, reports: [...standing.reports, { step: label, how, tookMs: 0, layer: null }] }
      continue
    }
    standing = yield* take(standing, { node, label, action, createdBy, state, stage }, shop, pending)
  }
  yield* shop.steps.flush(pending)
  return standing
})

const labelOf = (stage: StageNode, number: number, total: number, { instruction }: Pick<StepNode, "instruction"> | { readonly instruction: StageNode["from"] }): StepLabel => ({
  stage: stage.index,
  stageName: stageName(stage),
  number,
  total,
  text: instruction.text,
  range: instruction.range
})

const refused = (step: StepLabel, diagnostic: Diagnostic) =>
  new BuildFailed({ step, why: diagnostic.message, diagnostic })

const timed = (created: string | undefined) => (created === undefined ? {} : { created })

const nothing = ofBytes("")

/** The digest of a stack with one layer more. Not the chainID of the specification, only as unique. */
const onto = (chain: Digest, layer: Digest | null): Digest => (layer === null ? chain : ofBytes(`${chain} ${layer}`))

const standOn = Effect.fn("standOn")(function* (stage: StageNode, shop: Workshop, step: StepLabel) {
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
  const { config, digest, stack } = yield* shop.image(base.reference, stage, step)
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

/** An instruction after folding. */
interface Folded {
  readonly node: StepNode
  readonly stage: StageNode
  readonly label: StepLabel
  readonly action: KeyedAction
  readonly createdBy: string
  readonly state: StageState
}

/** The other tree that a copy is from. */
interface OtherTree {
  readonly parent: Parent
  readonly stack: Stack
  readonly chain: Digest
  readonly missed?: string
  readonly recordable: boolean
}

const otherTree = Effect.fn("otherTree")(function* ({ label, node: { from }, stage }: Folded, shop: Workshop) {
  if (from === undefined) return undefined
  if (from.of === "stage") {
    const { chain, missed, parent, recordable, stack } = yield* shop.stage(from.index)
    const source = shop.graph.stages[from.index]
    const again = missed === undefined || source === undefined ? {} : { missed: `stage ${stageName(source)} was built again` }
    return { parent, stack, chain, recordable, ...again } satisfies OtherTree
  }
  const { digest, stack } = yield* shop.image(from.reference, stage, label)
  const parent: Parent = { image: digest, platform: format(stage.platform) }
  return { parent, stack, chain: stack.reduce(onto, nothing), recordable: true } satisfies OtherTree
})

/** Takes one step: facts, key, cache or execution, and the standing after it. */
const take = Effect.fn("take")(function* (
  before: Standing,
  folded: Folded,
  shop: Workshop,
  pending: Array<CacheRecord>
) {
  const { action, createdBy, label, stage, state } = folded
  const tree: OtherTree | undefined = yield* otherTree(folded, shop)
  const known = yield* Effect.sync(() =>
    factsOf(action, {
      parent: before.parent,
      epoch: shop.epoch === undefined ? "" : String(shop.epoch),
      options: shop.options,
      context: shop.context,
      ...(tree === undefined ? {} : { tree: tree.parent })
    })
  )
  if (Either.isLeft(known)) {
    shop.emit({ type: "failed", step: label, why: known.left })
    return yield* new BuildFailed({ step: label, why: known.left })
  }
  const { facts, files, selection } = known.right
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
        : execute(folded, { stack: before.stack, tree, selection }, shop)
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

/** What a step is executed on. */
interface Ground {
  readonly stack: Stack
  readonly tree: OtherTree | undefined
  readonly selection: ContextSelection | undefined
}

const execute = ({ action, label, stage }: Folded, { selection, stack, tree }: Ground, shop: Workshop) => {
  const place: StepPlace = {
    stack,
    text: label.text,
    platform: stage.platform,
    ...(shop.epoch === undefined ? {} : { clampNs: BigInt(shop.epoch) * 1_000_000_000n })
  }
  const work = ((): Effect.Effect<Option.Option<LayerInfo>, StepFailed> => {
    switch (action.kind) {
      case "config":
        return Effect.succeedNone
      case "workdir":
        return shop.executor.workdir({ ...place, path: action.path, user: action.user })
      case "run": {
        const env = new Map([...action.proxies, ...action.args, ...action.env])
        return shop.executor.run({
          ...place,
          argv: action.argv,
          // Sorted, because the order of definition is no part of the key.
          env: [...env].toSorted(byName).map(([name, value]) => `${name}=${value}`),
          cwd: action.cwd,
          user: action.user,
          network: action.network,
          files: action.files,
          onOutput: (output) => shop.emit({ type: "output", step: label, output })
        })
      }
      case "copy": {
        const { chmod, chown, dest, exclude, inline, parents, sources, unpack } = action
        return shop.executor.copy({
          ...place,
          unpack,
          from:
            tree === undefined
              ? { of: "context", selection: selection ?? { matches: [] } }
              : { of: "tree", stack: tree.stack, sources, exclude, parents },
          inline,
          dest,
          ...(chown === undefined ? {} : { chown }),
          ...(chmod === undefined ? {} : { chmod })
        })
      }
    }
  })()
  return shop.withPlace(work).pipe(
    Effect.map((layer) => ({
      layer: Option.match(layer, { onNone: () => null, onSome: ({ diffId }) => diffId }),
      // What was written while it was copied may not be what was digested.
      exact: selection?.matches.every(({ selected }) => selected.every(({ entry }) => shop.context.unchanged(entry))) ?? true
    })),
    Effect.tapError(({ why }) => Effect.sync(() => shop.emit({ type: "failed", step: label, why }))),
    Effect.mapError(
      ({ cause, exitCode, why }) =>
        new BuildFailed({
          step: label,
          why,
          ...(exitCode === undefined ? {} : { exitCode }),
          ...(cause === undefined ? {} : { cause })
        })
    )
  )
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]) => (a < b ? -1 : 1)
