import { arch } from "node:os"
import { parse } from "@gantry/build/dockerfile/parse"
import { lower } from "@gantry/build/graph/lower"
import { type NamedContexts, noContexts } from "@gantry/build/graph/NamedContext"
import { BaseResolver } from "@gantry/build/solve/BaseResolver"
import { ofTree } from "@gantry/build/solve/BuildContext"
import { BuildFailed, excerptOf, type NotCached } from "@gantry/build/solve/BuildFailed"
import type { BuildResult } from "@gantry/build/solve/BuildResult"
import type { Hit } from "@gantry/build/solve/Hit"
import type { SolveEvent } from "@gantry/build/solve/SolveEvent"
import { plan, solve, type SolveRequest } from "@gantry/build/solve/Solver"
import { Sources } from "@gantry/build/solve/Sources"
import { StepExecutor } from "@gantry/build/solve/StepExecutor"
import type { Downloads } from "@gantry/core/download/Downloads"
import { familiar, type ImageRef } from "@gantry/core/image/ImageRef"
import { ofMachine, type Platform } from "@gantry/core/image/Platform"
import type { Network } from "@gantry/core/network/Network"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { Locks } from "@gantry/core/Locks"
import { Settings } from "@gantry/core/Settings"
import type { Database } from "@gantry/core/state/Database"
import { BuildCache, type BuildCacheShape } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { LayerMissing, type StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import { recorded } from "../build-logs/recorded.ts"
import type { CacheSource, CacheTarget } from "../cache-sharing/CachePlace.ts"
import { exportedSteps, leaveCache } from "../cache-sharing/leave-cache.ts"
import type { Containers } from "../containers/Containers.ts"
import { BadBuildFile } from "../contexts/BadBuildFile.ts"
import * as BuildSources from "../contexts/BuildSources.ts"
import {
  type ContextSource,
  contextText,
  type ContextUnavailable,
  type NamedSource
} from "../contexts/ContextSource.ts"
import { type DockerfileSource, openContext } from "../contexts/open-context.ts"
import { keepsGitDir } from "../contexts/keeps-git-dir.ts"
import { rememberedDigests } from "../contexts/remembered-digests.ts"
import type { EnsureOptions } from "../images/ensure-image.ts"
import type { NewImage } from "../images/ImageRecord.ts"
import * as LocalBases from "../images/LocalBases.ts"
import { deliver, type Delivered, type DeliverError } from "../outputs/deliver.ts"
import { epochFor } from "../outputs/epoch.ts"
import { forPlatform } from "../outputs/for-platform.ts"
import type { Output } from "../outputs/Output.ts"
import { working } from "../prune/working.ts"
import type { OnPushEvent } from "../push/PushEvent.ts"
import { guardOf } from "../secrets/guard.ts"
import type { SecretLeaked } from "../secrets/SecretLeaked.ts"
import { type Secret, secretsOf } from "../secrets/Secrets.ts"
import { type LeakWatch, watchConfig, watchTold } from "../secrets/watch-texts.ts"
import type { FailedCommand } from "../steps/FailedCommand.ts"
import { noticed, plainSurroundings, type Surroundings } from "../steps/Surroundings.ts"
import * as StepPerformer from "../steps/StepPerformer.ts"
import { sweepSteps } from "../steps/sweep-steps.ts"
import type { PullServices } from "./pull.ts"

/** A build as asked for. Paths are absolute. */
export interface BuildRequest {
  readonly context: ContextSource
  /** The usual file of the context when absent. */
  readonly dockerfile?: DockerfileSource
  /** `--build-context`, by names as `contextName` spells them. */
  readonly contexts?: ReadonlyMap<string, NamedSource>
  /** Variables of the caller, for git. */
  readonly env?: { readonly [name: string]: string | undefined }
  readonly names: ReadonlyArray<ImageRef>
  readonly buildArgs: ReadonlyMap<string, string>
  readonly labels: { readonly [name: string]: string }
  readonly target?: string
  /** In the order of an index; at least one, each once. */
  readonly platforms: ReadonlyArray<Platform>
  /** What becomes of it. Only the image in the store, if empty. */
  readonly outputs: ReadonlyArray<Output>
  /** Where the cache is not asked: everywhere, or in stages by name or position. */
  readonly noCache: boolean | ReadonlyArray<string>
  /** Milliseconds after which an earlier result is made anew. */
  readonly ttlMs?: number
  /** What RUN uses unless it says otherwise itself. */
  readonly network: "default" | "none" | "host"
  /** For `RUN --mount=type=secret`. */
  readonly secrets?: ReadonlyArray<Secret>
  /** For `RUN --mount=type=ssh`: the sockets of agents, by ids. */
  readonly agents?: ReadonlyMap<string, string>
  /** What commands find around them; as usual when absent. */
  readonly surroundings?: Surroundings
  /** Told of a command that failed, before what it made is thrown away. */
  readonly onFailure?: (failed: FailedCommand) => Effect.Effect<void>
  /** A secret's value found in the image is a warning and does not stop the build. */
  readonly allowSecretLeak?: boolean
  /** How many steps are executed at once; what the settings say when absent. */
  readonly jobs?: number
  /** Fails before anything runs or is fetched when something would have to. */
  readonly requireCached: boolean
  /** Where results of others are looked for, in this order. */
  readonly cacheFrom: ReadonlyArray<CacheSource>
  /** Where the results are left for others, once the build has succeeded. */
  readonly cacheTo: ReadonlyArray<CacheTarget>
  /** See `EpochRequest`. */
  readonly epoch?: number | "context"
  readonly reproducible?: boolean
  /** Takes sentences about what went wrong and does not end the build. */
  readonly onWarning: (text: string) => void
  readonly onEvent: (event: SolveEvent) => void
  /** Listens to what is pushed. */
  readonly onPush?: OnPushEvent
  /** When registries are asked for base images, and who listens; when they are not here, if absent. */
  readonly bases?: EnsureOptions
}

/** A built image. */
export interface Built extends Delivered {
  /** Of the first platform. */
  readonly image: NewImage
  /** Of all platforms, one platform after the other. */
  readonly steps: BuildResult["steps"]
}

/** How a build can fail. */
export type BuildError = BadBuildFile | BuildFailed | ContextUnavailable | DeliverError | NotCached | SecretLeaked

type BuildServices = BuildCache | Containers | Database | Downloads | Network | PullServices | Runtime

/**
 * From a directory and a Dockerfile to an image with names, an archive, a folder; the names move only when all of it
 * succeeded. Platforms are built one after the other, so that steps which they share are done once.
 */
export const build = (request: BuildRequest): Effect.Effect<Built, BuildError, BuildServices> =>
  recorded(
    {
      dockerfile: shownOf(request),
      context: contextText(request.context),
      names: request.names.map(familiar),
      ...(request.target === undefined ? {} : { target: request.target })
    },
    request,
    ({ onEvent }) => buildImage({ ...request, onEvent })
  )

const buildImage = (request: BuildRequest): Effect.Effect<Built, BuildError, BuildServices> =>
  Effect.gen(function* () {
    const watch = watchOf(request)
    const layers = yield* LayerStore
    // Said when the first step is executed: a fully cached build has no time for it, and needs none.
    const begun = yield* Effect.cached(
      Effect.provide(working(yield* Clock.currentTimeMillis), yield* Effect.context<Locks | Scope.Scope>())
    )
    const opened = yield* openFor(request, true)
    const cache = yield* cacheFor(request, begun, false)
    const made = Effect.gen(function* () {
      const results = yield* Effect.forEach(request.platforms, (platform) =>
        Effect.flatMap(readRequest(request, opened, { platform, watch }), (solving) =>
          solve({ ...solving, requireCached: request.requireCached }).pipe(
            Effect.map((result) => ({ ...result, platform, graph: solving.graph })),
            Effect.mapError((failure) => atFault(failure, opened.dockerfile.shown, solving.graph.source))
          )
        ).pipe(
          Effect.provideService(BuildCache, cache),
          Effect.provideServiceEffect(StepExecutor, StepPerformer.make(toolsOf(request, watch), begun)),
          Effect.provideServiceEffect(
            BaseResolver,
            request.requireCached ? LocalBases.peek : LocalBases.make(request.bases ?? { policy: "missing" })
          ),
          Effect.provideServiceEffect(Sources, BuildSources.make(request, begun))
        )
      )
      // A fully cached build writes nothing that could be lost, and has no time for what others left.
      const ran = results.some(({ steps }) => steps.some(({ how }) => how !== "cached"))
      if (ran || request.cacheFrom.length > 0) {
        yield* layers.flush
        yield* Effect.ignoreLogged(sweepSteps)
      }
      for (const { config } of results) yield* watchConfig(config, watch)
      for (const target of request.cacheTo) yield* leaveCache(results.flatMap(exportedSteps), target, request.onWarning)
      const given = yield* deliver({
        produced: results.map(({ config, platform, stack }) => ({
          config: withLabels(config, request.labels),
          platform,
          stack
        })),
        names: request.names,
        outputs: request.outputs.length === 0 ? [plainImage] : request.outputs,
        ...(opened.epoch === undefined ? {} : { epoch: opened.epoch }),
        ...(request.onPush === undefined ? {} : { onPush: request.onPush })
      })
      const [image] = given.images
      if (image === undefined) return yield* Effect.dieMessage("a build is for one platform at least")
      return { ...given, image, steps: results.flatMap(({ steps }) => steps) }
    })
    // Somebody pruned between a look into the cache and the use of what was found: the next look misses it.
    const mayRepeat = !request.outputs.some((output) => output.type === "tar" && output.toStandardOutput)
    return yield* Effect.retry(made, {
      times: 2,
      while: (failure) => {
        const again = mayRepeat && isLost(failure)
        if (again) request.onWarning(`${failure.message}; the build looks again at what there is`)
        return again
      }
    })
  }).pipe(Effect.scoped)

/** Whether a layer vanished that was there a moment ago. */
const isLost = (failure: BuildError): boolean =>
  failure._tag === "LayerMissing" || (failure._tag === "BuildFailed" && failure.cause instanceof LayerMissing)

/** How the Dockerfile is called in records. */
const shownOf = ({ dockerfile }: BuildRequest): string => {
  if (dockerfile === undefined) return "Dockerfile"
  if ("path" in dockerfile) return dockerfile.path
  return "inside" in dockerfile ? dockerfile.inside : dockerfile.shown
}

/** What a build gives when nobody says otherwise. */
const plainImage: Output = {
  type: "image",
  names: [],
  push: false,
  byDigest: false,
  store: true,
  form: {},
  annotations: []
}

/** How looking at a build can fail. */
export type PlanError = BadBuildFile | BuildFailed | ContextUnavailable | SecretLeaked | StorageFailure

/** What looking at a build needs. */
export type PlanServices = BuildCache | Database | Downloads | LayerStore | Network | PullServices | Runtime | Settings

/** What {@link build} would do, step by step. Nothing runs, nothing is fetched, and nothing is written. */
export const planBuild = (request: BuildRequest): Effect.Effect<BuildResult["steps"], PlanError, PlanServices> =>
  Effect.scoped(planWithHits(request, () => {}))

/** The same, and tells of each step that the cache has; it can be carried out while the scope is open. */
export const planWithHits = (
  request: BuildRequest,
  onHit: (hit: Hit) => void
): Effect.Effect<BuildResult["steps"], PlanError, PlanServices | Scope.Scope> =>
  Effect.gen(function* () {
    const opened = yield* openFor(request, false)
    const cache = yield* cacheFor(request, Effect.void, true)
    const steps = yield* Effect.forEach(request.platforms, (platform) =>
      Effect.flatMap(readRequest(request, opened, { platform, watch: undefined }), (solving) =>
        plan({ ...solving, onHit })
      ).pipe(
        Effect.provideService(BuildCache, cache),
        Effect.provideServiceEffect(StepExecutor, StepPerformer.make(toolsOf(request, undefined))),
        Effect.provideServiceEffect(BaseResolver, LocalBases.peek),
        Effect.provideServiceEffect(Sources, BuildSources.peek(request))
      )
    )
    return steps.flat()
  })

/** The cache of this store, and what others left where the request says. */
const cacheFor = (
  { cacheFrom, onWarning }: BuildRequest,
  begin: Effect.Effect<void, StorageFailure>,
  isPlan: boolean
): Effect.Effect<BuildCacheShape, never, BuildCache | PullServices> =>
  Effect.gen(function* () {
    const cache = yield* BuildCache
    if (cacheFrom.length === 0) return cache
    const { withImported } = yield* Effect.promise(() => import("../cache-sharing/import-cache.ts"))
    return yield* withImported(cache, { sources: cacheFrom, isPlan, begin, onWarning })
  })

/** Opens the context, once for all platforms: what came on a pipe comes once. `keep`: what is learned of it is recorded. */
const openFor = (request: BuildRequest, keep: boolean) =>
  Effect.gen(function* () {
    const opened = yield* openContext({
      context: request.context,
      ...(request.dockerfile === undefined ? {} : { dockerfile: request.dockerfile }),
      env: request.env ?? {},
      keepGitDir: keepsGitDir(request.buildArgs)
    })
    const { commit, ignoreFile, tree } = opened
    request.onEvent({
      type: "context",
      context: contextText(request.context),
      ...(commit === undefined ? {} : { commit }),
      ...(ignoreFile === undefined ? {} : { ignoreFile })
    })
    // What was unpacked for this build only has nothing to remember.
    const memo = request.context.of === "folder" ? yield* rememberedDigests(request.context.path, keep) : undefined
    return { dockerfile: opened.dockerfile, context: ofTree(tree, memo), ...epochFor(request, opened) }
  })

/** A failure with what it has to do with the Dockerfile: all that is wrong in it, or its lines. */
const atFault = <E>(
  failure: E | BuildFailed,
  shown: string,
  source: ReadonlyArray<string>
): E | BuildFailed | BadBuildFile => {
  if (!(failure instanceof BuildFailed)) return failure
  const { diagnostics } = failure
  if (diagnostics !== undefined) return new BadBuildFile({ path: shown, diagnostics })
  // An error's cause is no enumerable property.
  return new BuildFailed({
    ...failure,
    cause: failure.cause,
    excerpt: excerptOf(shown, source, failure.step.range)
  })
}

/** Reads the Dockerfile for a platform. */
const readRequest = (
  request: BuildRequest,
  { buildArgs, context, dockerfile, ...times }: Effect.Effect.Success<ReturnType<typeof openFor>>,
  { platform, watch }: { readonly platform: Platform; readonly watch: LeakWatch | undefined }
): Effect.Effect<SolveRequest, BadBuildFile | SecretLeaked, Settings> =>
  Effect.gen(function* () {
    const onEvent = request.platforms.length > 1 ? forPlatform(request, platform) : request.onEvent
    const { jobs } = yield* Settings
    const { shown, text } = dockerfile
    yield* watchTold({ dockerfile: text, buildArgs: request.buildArgs, labels: request.labels }, watch)
    const graph = yield* Either.flatMap(parse(text, request.buildArgs.get("BUILDKIT_DOCKERFILE_CHECK")), (file) =>
      Either.map(
        lower(file, {
          text,
          buildArgs,
          platform,
          buildPlatform: ofMachine(arch()),
          contexts: namesOf(request.contexts),
          ...(request.target === undefined ? {} : { target: request.target })
        }),
        (lowered) => ({ ...lowered, warnings: [...file.warnings, ...lowered.warnings] })
      )
    ).pipe(Either.mapLeft((diagnostics) => new BadBuildFile({ path: shown, diagnostics })))
    for (const diagnostic of graph.warnings) onEvent({ type: "warning", diagnostic })
    return {
      graph,
      context,
      jobs: request.jobs ?? jobs,
      scope: `${contextText(request.context)}\n${shown}`,
      ...noCacheOf(request.noCache),
      ...(request.ttlMs === undefined ? {} : { ttlMs: request.ttlMs }),
      // A command can notice it, so it is part of the keys of RUN steps.
      options: {
        ...(request.network === "default" ? {} : { network: request.network }),
        ...noticed(request.surroundings ?? plainSurroundings)
      },
      ...times,
      onEvent
    }
  })

const namesOf = (contexts: BuildRequest["contexts"]): NamedContexts =>
  contexts === undefined
    ? noContexts
    : new Map([...contexts].map(([name, source]) => [name, source.of === "image" ? source : { of: "files" }]))

const noCacheOf = (noCache: BuildRequest["noCache"]): Pick<SolveRequest, "noCache"> => {
  if (noCache === true) return { noCache: "all" }
  return noCache === false || noCache.length === 0 ? {} : { noCache }
}

const watchOf = ({ allowSecretLeak = false, secrets = [] }: BuildRequest): LeakWatch | undefined => {
  const guard = guardOf(secretsOf(secrets))
  return guard === undefined ? undefined : { guard, allow: allowSecretLeak }
}

/** What the steps of a build share. */
export const toolsOf = (request: BuildRequest, leaks: LeakWatch | undefined): StepPerformer.StepTools => ({
  network: request.network,
  secrets: secretsOf(request.secrets ?? []),
  agents: request.agents ?? new Map(),
  surroundings: request.surroundings ?? plainSurroundings,
  ...(request.onFailure === undefined ? {} : { onFailure: request.onFailure }),
  ...(leaks === undefined ? {} : { leaks })
})

const withLabels = (config: BuildResult["config"], labels: BuildRequest["labels"]): BuildResult["config"] =>
  Object.keys(labels).length === 0
    ? config
    : { ...config, config: { ...config.config, Labels: { ...config.config.Labels, ...labels } } }
