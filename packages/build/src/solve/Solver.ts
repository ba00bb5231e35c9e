import * as Effect from "effect/Effect"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import { format, plainPlatform } from "@gantry/core/image/Platform"
import type { Locks } from "@gantry/core/Locks"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import { type BuildGraph, stageName, type StageNode } from "../graph/BuildGraph.ts"
import { Spelling } from "../key/step-key.ts"
import { type BaseImage, BaseResolver, type BaseUnavailable } from "./BaseResolver.ts"
import type { BuildContext } from "./BuildContext.ts"
import { BuildFailed, NotCached } from "./BuildFailed.ts"
import type { BuildResult } from "./BuildResult.ts"
import { buildStage } from "./build-stage.ts"
import * as Once from "./once.ts"
import type { Hit } from "./Hit.ts"
import type { SolveEvent, StepLabel } from "./SolveEvent.ts"
import { type RemoteFound, Sources, type SourceUnavailable } from "./Sources.ts"
import { processConfig } from "./stage-state.ts"
import type { Standing, Workshop } from "./Standing.ts"
import { StepExecutor } from "./StepExecutor.ts"
import * as Steps from "./Steps.ts"

/** A build to be done. */
export interface SolveRequest {
  readonly graph: BuildGraph
  readonly context: BuildContext
  /** How many steps are executed at once. */
  readonly jobs: number
  /** What tells this build from others when a miss is explained: the paths of Dockerfile and context, say. No part of keys. */
  readonly scope: string
  /**
   * Where the cache is not asked: nowhere by default, `all`, or stages by name or position. What is built is recorded
   * all the same.
   */
  readonly noCache?: "all" | ReadonlyArray<string>
  /** Milliseconds after which a result is made anew. */
  readonly ttlMs?: number
  /** All must come from the cache: the first step of the file that does not fails the build, before anything is executed. */
  readonly requireCached?: boolean
  /**
   * A step that ran again and made the same files as before ends the running again there: later steps, and copies of
   * what it made, are found by the files, not by how they came to be. Keys are others than without.
   */
  readonly earlyCutoff?: boolean
  /** Options of the build that commands can notice, such as extra host names or sizes of /dev/shm. Part of RUN keys. */
  readonly options?: { readonly [name: string]: string }
  /** Options of the build that count for commands which are given secrets. Part of the keys of these. */
  readonly secretOptions?: { readonly [name: string]: string }
  /** Seconds since 1970: the time of the image and its history, and the latest time in its layers (`SOURCE_DATE_EPOCH`). */
  readonly epoch?: number
  /** Waited for before a stage that cannot be built ends the others. */
  readonly beforeFailing?: Effect.Effect<void>
  /** Takes events as they happen; must not throw. */
  readonly onEvent?: (event: SolveEvent) => void
  /** Told of each step whose result the cache has and which could be carried out again; must not throw. */
  readonly onHit?: (hit: Hit) => void
}

/**
 * Builds an image: the stages its target needs, in the order they need each other, independent ones side by side.
 *
 * A step whose key and ground are recorded is not executed. After the first step of a stage that is, all later ones
 * are too, and so is what copies from the stage (the seed law), unless `earlyCutoff` is asked for. Times of the image and its history are those of the
 * records, so a build that is wholly cached gives the same image again, byte for byte (CACHE-3). A wholly cached build
 * asks the cache once a step and writes to it once, to say what was used.
 *
 * Fails with `BuildFailed` for the first step that cannot be done; what was done before is recorded.
 */
export const solve = (
  request: SolveRequest
): Effect.Effect<
  BuildResult,
  BuildFailed | NotCached | StorageFailure,
  StepExecutor | BaseResolver | BuildCache | Locks
> =>
  Effect.gen(function* () {
    const { result, steps } = yield* walk(request, request.requireCached ?? false)
    const missing = result.steps.find(({ how }) => how === "missing")
    if (missing !== undefined) {
      return yield* new NotCached({ step: missing.step, why: missing.cause ?? { kind: "first" } })
    }
    yield* steps.touch
    return result
  })

/**
 * What {@link solve} would do: each step, and whether its result is there already or why not. Nothing is executed or
 * written; the resolver of bases should fetch nothing.
 */
export const plan = (
  request: SolveRequest
): Effect.Effect<
  BuildResult["steps"],
  BuildFailed | StorageFailure,
  StepExecutor | BaseResolver | BuildCache | Locks
> => Effect.map(walk(request, true), ({ result }) => result.steps)

const walk = Effect.fnUntraced(function* (request: SolveRequest, isPlan: boolean) {
  const { graph, noCache } = request
  const executor = yield* StepExecutor
  const bases = yield* BaseResolver
  const steps = yield* Steps.make({
    scope: request.scope,
    isPlan,
    ...(request.ttlMs === undefined ? {} : { ttlMs: request.ttlMs })
  })
  const places = yield* Effect.makeSemaphore(Math.max(1, request.jobs))
  const sources = yield* Sources
  const once = Once.make<string, BaseImage, BaseUnavailable>()
  const onceNamed = Once.make<string, BuildContext, SourceUnavailable>()
  const onceRemote = Once.make<string, RemoteFound, SourceUnavailable>()
  const results = new Map<number, Effect.Effect<Standing, BuildFailed | StorageFailure>>()
  const emit = request.onEvent ?? (() => {})
  const ignored = (index: number): boolean => {
    const stage = graph.stages[index]
    if (noCache === undefined || stage === undefined) return false
    return noCache === "all" || noCache.some((name) => name.toLowerCase() === stage.name || name === String(index))
  }
  const image: Workshop["image"] = (reference, { platform }, step) =>
    once(`${format(platform)} ${reference}`, bases.resolve(reference, platform)).pipe(
      Effect.map(({ value }): Effect.Effect.Success<ReturnType<Workshop["image"]>> => value),
      Effect.catchAll((cause) =>
        isPlan
          ? Effect.succeed({ kind: "absent" as const, image: reference, why: cause.why })
          : Effect.fail(new BuildFailed({ step, why: cause.message, cause }))
      )
    )
  const failing =
    (step: StepLabel) =>
    <A>(found: Effect.Effect<Once.Answer<A>, SourceUnavailable>): Effect.Effect<A, BuildFailed> =>
      found.pipe(
        Effect.map(({ value }) => value),
        Effect.tapError(({ message: why }) => Effect.sync(() => emit({ type: "failed", step, why }))),
        Effect.mapError((cause) => new BuildFailed({ step, why: cause.message, cause }))
      )
  const shop: Workshop = {
    graph,
    context: request.context,
    executor,
    steps,
    stage: (index) => results.get(index) ?? Effect.dieMessage(`there is no stage ${index}`),
    image,
    named: (name, step) => failing(step)(onceNamed(name, sources.named(name))),
    remote: (wanted, step) =>
      failing(step)(onceRemote(`${wanted.keepGitDir} ${wanted.checksum} ${wanted.source}`, sources.remote(wanted))),
    withPlace: places.withPermits(1),
    skip: (index) => (ignored(index) ? { kind: "no-cache" } : undefined),
    options: request.options ?? {},
    secretOptions: request.secretOptions ?? {},
    ...(request.epoch === undefined ? {} : { epoch: request.epoch }),
    isPlan,
    earlyCutoff: request.earlyCutoff ?? false,
    ...(request.onHit === undefined ? {} : { onHit: request.onHit }),
    spell: yield* Spelling,
    emit
  }
  // Every stage of the file gets an entry, and is built when first asked for.
  const { beforeFailing = Effect.void } = request
  for (const stage of graph.stages) {
    const work = Effect.tapError(buildStage(stage, shop), () => beforeFailing)
    results.set(stage.index, yield* Effect.cached(work))
  }
  emit({ type: "planned", stages: graph.needed })
  const built = yield* Effect.forEach(graph.needed, shop.stage, { concurrency: Math.max(1, graph.needed.length) }).pipe(
    // What was used before the failure was used all the same, and is what the next attempt is compared with.
    Effect.onError(() => (isPlan ? Effect.void : Effect.ignore(steps.touch)))
  )
  const target = built[graph.needed.indexOf(graph.target)]
  const stage = graph.stages[graph.target]
  if (target === undefined || stage === undefined)
    return yield* Effect.dieMessage("the target is not among what it needs")
  const result: BuildResult = {
    config: imageConfig(target, stage, request.epoch),
    stack: target.stack,
    stages: graph.needed.flatMap((index, at) => {
      const [other, standing] = [graph.stages[index], built[at]]
      return index === graph.target || other === undefined || standing === undefined
        ? []
        : [{ name: stageName(other), config: imageConfig(standing, other, request.epoch), stack: standing.stack }]
    }),
    steps: reports(built)
  }
  return { result, steps }
})

const reports = (built: ReadonlyArray<Standing>): BuildResult["steps"] =>
  built.flatMap((each) => each.reports).toSorted((a, b) => a.step.stage - b.step.stage || a.step.number - b.step.number)

const imageConfig = (
  { base, created, history, stack, state }: Standing,
  { platform }: StageNode,
  epoch?: number
): ImageConfig => {
  const at = epoch === undefined ? created : new Date(epoch * 1000).toISOString()
  const { architecture, os, variant } = base ?? plainPlatform(platform)
  return {
    ...(at === undefined ? {} : { created: at }),
    ...(state.author === undefined ? {} : { author: state.author }),
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    config: processConfig(state),
    rootfs: { type: "layers", diff_ids: stack },
    history
  }
}
