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
import type { BuildFailed } from "@gantry/build/solve/BuildFailed"
import type { BuildResult } from "@gantry/build/solve/BuildResult"
import type { SolveEvent } from "@gantry/build/solve/SolveEvent"
import { solve } from "@gantry/build/solve/Solver"
import { StepExecutor } from "@gantry/build/solve/StepExecutor"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { ofMachine, type Platform } from "@gantry/core/image/Platform"
import type { Network } from "@gantry/core/network/Network"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { Locks } from "@gantry/core/Locks"
import { Settings } from "@gantry/core/Settings"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { BlobCorrupt, LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Scope from "effect/Scope"
import type { Containers } from "../containers/Containers.ts"
import { commitImage } from "../images/commit-image.ts"
import type { EnsureOptions } from "../images/ensure-image.ts"
import type { NewImage } from "../images/Images.ts"
import * as LocalBases from "../images/LocalBases.ts"
import { working } from "../prune/working.ts"
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
  readonly platform: Platform
  readonly noCache: boolean
  /** What RUN uses unless it says otherwise itself. */
  readonly network: "default" | "none" | "host"
  /** Fails before anything runs when something would have to. */
  readonly requireCached: boolean
  /** Seconds since 1970. */
  readonly epoch?: number
  readonly onEvent: (event: SolveEvent) => void
  /** When registries are asked for base images, and who listens; when they are not here, if absent. */
  readonly bases?: EnsureOptions
}

/** A built image. */
export interface Built {
  readonly image: NewImage
  readonly steps: BuildResult["steps"]
}

/** From a directory and a Dockerfile to an image with names; the names move only when all of it succeeded. */
export const build = (
  request: BuildRequest
): Effect.Effect<
  Built,
  BadBuildFile | BlobCorrupt | BuildFailed | LayerMissing | StorageFailure,
  BuildCache | Containers | Network | PullServices | Runtime
> =>
  Effect.gen(function* () {
    const { jobs } = yield* Settings
    const layers = yield* LayerStore
    // Said when the first step is executed: a fully cached build has no time for it, and needs none.
    const begun = yield* Effect.cached(
      Effect.provide(working(yield* Clock.currentTimeMillis), yield* Effect.context<Locks | Scope.Scope>())
    )
    const { shown, text } = yield* dockerfileOf(request.dockerfile)
    const graph = yield* Either.flatMap(parse(text), (file) =>
      Either.map(
        lower(file, {
          text,
          buildArgs: request.buildArgs,
          platform: request.platform,
          buildPlatform: ofMachine(arch()),
          ...(request.target === undefined ? {} : { target: request.target })
        }),
        (lowered) => ({ ...lowered, warnings: [...file.warnings, ...lowered.warnings] })
      )
    ).pipe(Either.mapLeft((diagnostics) => new BadBuildFile({ path: shown, diagnostics })))
    for (const diagnostic of graph.warnings) request.onEvent({ type: "warning", diagnostic })
    const tree = yield* contextOf(request, shown)
    const result = yield* solve({
      graph,
      context: ofTree(tree),
      jobs,
      scope: `${request.context}\n${shown}`,
      ...(request.noCache ? { noCache: "all" as const } : {}),
      requireCached: request.requireCached,
      // A command can notice it, so it is part of the keys of RUN steps.
      ...(request.network === "default" ? {} : { options: { network: request.network } }),
      ...(request.epoch === undefined ? {} : { epoch: request.epoch }),
      onEvent: request.onEvent
    }).pipe(
      Effect.provideServiceEffect(StepExecutor, StepPerformer.make(request.network, begun)),
      Effect.provideServiceEffect(BaseResolver, LocalBases.make(request.bases ?? { policy: "missing" }))
    )
    // A fully cached build writes nothing that could be lost, and has no time for what others left.
    if (result.steps.some(({ how }) => how !== "cached")) {
      yield* layers.flush
      yield* Effect.ignoreLogged(sweepSteps)
    }
    const config = withLabels(result.config, request.labels)
    const image = yield* commitImage(config, result.stack, request.names)
    return { image, steps: result.steps }
  }).pipe(Effect.scoped)

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
