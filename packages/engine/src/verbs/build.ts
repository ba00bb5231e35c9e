import { readFileSync } from "node:fs"
import { arch } from "node:os"
import { describeProblem } from "@gantry/build/context/ContextProblem"
import { type ContextTree, open, readIgnoreFile } from "@gantry/build/context/ContextTree"
import { compileIgnoreFile, nothingIgnored } from "@gantry/build/context/ignore-file"
import { type Diagnostic, render } from "@gantry/build/dockerfile/Diagnostic"
import { parse } from "@gantry/build/dockerfile/parse"
import { lower } from "@gantry/build/graph/lower"
import { BaseResolver } from "@gantry/build/solve/BaseResolver"
import { ofTree } from "@gantry/build/solve/BuildContext"
import type { BuildFailed, NotCached } from "@gantry/build/solve/BuildFailed"
import type { BuildResult } from "@gantry/build/solve/BuildResult"
import type { SolveEvent } from "@gantry/build/solve/SolveEvent"
import { plan, solve, type SolveRequest } from "@gantry/build/solve/Solver"
import { StepExecutor } from "@gantry/build/solve/StepExecutor"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { ofMachine, type Platform } from "@gantry/core/image/Platform"
import type { Network } from "@gantry/core/network/Network"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { Locks } from "@gantry/core/Locks"
import { Settings } from "@gantry/core/Settings"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import type { Containers } from "../containers/Containers.ts"
import type { EnsureOptions } from "../images/ensure-image.ts"
import type { NewImage } from "../images/Images.ts"
import * as LocalBases from "../images/LocalBases.ts"
import { deliver, type Delivered, type DeliverError } from "../outputs/deliver.ts"
import { forPlatform } from "../outputs/for-platform.ts"
import type { Output } from "../outputs/Output.ts"
import { working } from "../prune/working.ts"
import type { OnPushEvent } from "../push/PushEvent.ts"
import { guardOf } from "../secrets/guard.ts"
import { noSecrets, type Secret, type Secrets, secretsOf } from "../secrets/Secrets.ts"
import * as StepPerformer from "../steps/StepPerformer.ts"
import { sweepSteps } from "../steps/sweep-steps.ts"
import type { PullServices } from "./pull.ts"

/** The Dockerfile or the ignore file is wrong, or cannot be read. */
export class BadBuildFile extends Data.TaggedError("BadBuildFile")<{
  /** Path as shown to the user. */
  readonly path: string
  /** Set when the file cannot be read. */
  readonly why?: string
  /** What is wrong in it, all of it, in order. */
  readonly diagnostics: ReadonlyArray<Diagnostic>
}> {
  override get message() {
    return this.why === undefined
      ? this.diagnostics.map((each) => render(this.path, each)).join("\n")
      : `${this.path}: ${this.why}`
  }
}

/** A build as asked for. Paths are absolute. */
export interface BuildRequest {
  readonly context: string
  /** The Dockerfile: where it is, or its text when it came another way. */
  readonly dockerfile: { readonly path: string } | { readonly text: string; readonly shown: string }
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
  /** What RUN uses unless it says otherwise itself. */
  readonly network: "default" | "none" | "host"
  /** For `RUN --mount=type=secret`. */
  readonly secrets?: ReadonlyArray<Secret>
  /** A secret's value found in the image is a warning and does not stop the build. */
  readonly allowSecretLeak?: boolean
  /** How many steps are executed at once; what the settings say when absent. */
  readonly jobs?: number
  /** Fails before anything runs or is fetched when something would have to. */
  readonly requireCached: boolean
  /** Seconds since 1970. */
  readonly epoch?: number
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
export type BuildError = BadBuildFile | BuildFailed | DeliverError | NotCached

/**
 * From a directory and a Dockerfile to an image with names, an archive, a folder; the names move only when all of it
 * succeeded. Platforms are built one after the other, so that steps which they share are done once.
 */
export const build = (
  request: BuildRequest
): Effect.Effect<Built, BuildError, BuildCache | Containers | Network | PullServices | Runtime> =>
  Effect.gen(function* () {
    const secrets = secretsOf(request.secrets ?? [])
    const layers = yield* LayerStore
    // Said when the first step is executed: a fully cached build has no time for it, and needs none.
    const begun = yield* Effect.cached(
      Effect.provide(working(yield* Clock.currentTimeMillis), yield* Effect.context<Locks | Scope.Scope>())
    )
    const results = yield* Effect.forEach(request.platforms, (platform) =>
      Effect.flatMap(readRequest(request, platform), (solving) =>
        solve({ ...solving, requireCached: request.requireCached })
      ).pipe(
        Effect.provideServiceEffect(StepExecutor, StepPerformer.make(toolsOf(request, secrets), begun)),
        Effect.provideServiceEffect(
          BaseResolver,
          request.requireCached ? LocalBases.peek : LocalBases.make(request.bases ?? { policy: "missing" })
        ),
        Effect.map((result) => ({ ...result, platform }))
      )
    )
    // A fully cached build writes nothing that could be lost, and has no time for what others left.
    if (results.some(({ steps }) => steps.some(({ how }) => how !== "cached"))) {
      yield* layers.flush
      yield* Effect.ignoreLogged(sweepSteps)
    }
    const given = yield* deliver({
      produced: results.map(({ config, platform, stack }) => ({
        config: withLabels(config, request.labels),
        platform,
        stack
      })),
      names: request.names,
      outputs: request.outputs.length === 0 ? [plainImage] : request.outputs,
      ...(request.epoch === undefined ? {} : { epoch: request.epoch }),
      ...(request.onPush === undefined ? {} : { onPush: request.onPush })
    })
    const [image] = given.images
    if (image === undefined) return yield* Effect.dieMessage("a build is for one platform at least")
    return { ...given, image, steps: results.flatMap(({ steps }) => steps) }
  }).pipe(Effect.scoped)

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

/** What {@link build} would do, step by step. Nothing runs, nothing is fetched, and nothing is written. */
export const planBuild = (
  request: BuildRequest
): Effect.Effect<
  BuildResult["steps"],
  BadBuildFile | BuildFailed | StorageFailure,
  BuildCache | LayerStore | Network | PullServices | Runtime | Settings
> =>
  Effect.map(
    Effect.forEach(request.platforms, (platform) =>
      Effect.flatMap(readRequest(request, platform), plan).pipe(
        Effect.provideServiceEffect(StepExecutor, StepPerformer.make({ network: request.network, secrets: noSecrets })),
        Effect.provideServiceEffect(BaseResolver, LocalBases.peek)
      )
    ),
    (steps) => steps.flat()
  )

/** Reads the Dockerfile and opens the context. */
const readRequest = (request: BuildRequest, platform: Platform): Effect.Effect<SolveRequest, BadBuildFile, Settings> =>
  Effect.gen(function* () {
    const onEvent = request.platforms.length > 1 ? forPlatform(request, platform) : request.onEvent
    const { jobs } = yield* Settings
    const { shown, text } = yield* dockerfileOf(request.dockerfile)
    const graph = yield* Either.flatMap(parse(text), (file) =>
      Either.map(
        lower(file, {
          text,
          buildArgs: request.buildArgs,
          platform,
          buildPlatform: ofMachine(arch()),
          ...(request.target === undefined ? {} : { target: request.target })
        }),
        (lowered) => ({ ...lowered, warnings: [...file.warnings, ...lowered.warnings] })
      )
    ).pipe(Either.mapLeft((diagnostics) => new BadBuildFile({ path: shown, diagnostics })))
    for (const diagnostic of graph.warnings) onEvent({ type: "warning", diagnostic })
    const tree = yield* contextOf(request, shown)
    return {
      graph,
      context: ofTree(tree),
      jobs: request.jobs ?? jobs,
      scope: `${request.context}\n${shown}`,
      ...noCacheOf(request.noCache),
      // A command can notice it, so it is part of the keys of RUN steps.
      ...(request.network === "default" ? {} : { options: { network: request.network } }),
      ...(request.epoch === undefined ? {} : { epoch: request.epoch }),
      onEvent
    }
  })

const noCacheOf = (noCache: BuildRequest["noCache"]): Pick<SolveRequest, "noCache"> => {
  if (noCache === true) return { noCache: "all" }
  return noCache === false || noCache.length === 0 ? {} : { noCache }
}

const toolsOf = ({ allowSecretLeak = false, network }: BuildRequest, secrets: Secrets): StepPerformer.StepTools => {
  const guard = guardOf(secrets)
  return { network, secrets, ...(guard === undefined ? {} : { leaks: { guard, allow: allowSecretLeak } }) }
}

const withLabels = (config: BuildResult["config"], labels: BuildRequest["labels"]): BuildResult["config"] =>
  Object.keys(labels).length === 0
    ? config
    : { ...config, config: { ...config.config, Labels: { ...config.config.Labels, ...labels } } }

const dockerfileOf = (
  from: BuildRequest["dockerfile"]
): Effect.Effect<{ readonly text: string; readonly shown: string }, BadBuildFile> =>
  "text" in from
    ? Effect.succeed(from)
    : Effect.try({
        try: () => ({ text: readFileSync(from.path, "utf8"), shown: from.path }),
        catch: (cause) =>
          new BadBuildFile({
            path: from.path,
            why:
              cause instanceof Error && "code" in cause && cause.code === "ENOENT"
                ? "there is no such file"
                : String(cause),
            diagnostics: []
          })
      })

const contextOf = (request: BuildRequest, dockerfile: string): Effect.Effect<ContextTree, BadBuildFile> =>
  Effect.gen(function* () {
    const read = readIgnoreFile(request.context, dockerfile)
    if (Either.isLeft(read)) {
      return yield* new BadBuildFile({ path: request.context, why: describeProblem(read.left), diagnostics: [] })
    }
    if (read.right === undefined) return open(request.context, nothingIgnored)
    const { path, text } = read.right
    const rules = compileIgnoreFile(text)
    if (Either.isLeft(rules)) return yield* new BadBuildFile({ path, diagnostics: rules.left })
    return open(request.context, rules.right)
  })
