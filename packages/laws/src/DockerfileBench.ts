import type { Locks } from "@gantry/core/Locks"
import { ofBytes } from "@gantry/core/image/Digest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import * as Platform from "@gantry/core/image/Platform"
import { BuildCache, type BuildCacheShape } from "@gantry/core/store/BuildCache"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import { compileIgnoreFile, nothingIgnored } from "@gantry/build/context/ignore-file"
import { describeCause } from "@gantry/build/key/describe-cause"
import type { BuildResult } from "@gantry/build/solve/BuildResult"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { emptyCache } from "./empty-cache.ts"
import { inMemoryBuild, makeGround } from "./in-memory-build.ts"
import type { Project } from "./project.ts"
import { spelled } from "./Tree.ts"

/** How one instruction came to its result. FROM and ARG have none of their own and are not among them. */
export interface BenchStep {
  /** Name of the stage, or `stage-N`. */
  readonly stage: string
  /** The instruction in one line, as written. */
  readonly instruction: string
  readonly how: "ran" | "cached"
  /** Why it was not cached, in one sentence without a full stop. */
  readonly cause?: string
}

/** What a build came to. */
export interface BenchReport {
  /** In the order of the file, without the stages that nothing needs. */
  readonly steps: ReadonlyArray<BenchStep>
  /** Instructions that ran, as written. */
  readonly ran: ReadonlyArray<string>
  /** Instructions that were cached, as written. */
  readonly cached: ReadonlyArray<string>
  /** Why the first one ran; absent when none did. */
  readonly cause?: string
  /** Settings and files of the image, as text that is equal when images are. */
  readonly image: string
}

/** A build engine in memory: the cache of gantry as it is, and commands that only pretend. */
export interface DockerfileBench {
  /** Builds with what earlier builds of this bench have left in the cache. Rejects when it fails: see {@link openBench}. */
  readonly build: (project: Project) => Promise<BenchReport>
  /** Builds with an empty cache, and leaves nothing in the other. */
  readonly cold: (project: Project) => Promise<BenchReport>
  /** Lets go of what the bench holds. */
  readonly close: () => Promise<void>
}

/**
 * Opens a bench on a store, a cache and locks: those of `@gantry/plugin-memory`, say.
 *
 * Nothing of a Dockerfile is really executed. A RUN writes one file whose content depends on everything that the command
 * could see: its words, variables, user, directory and the whole tree below; a COPY copies. So whether a step runs
 * again, why, and whether a cached image is what a cold build would make, is told in milliseconds and without root, a
 * network or the images that the file names. Whether commands do what they should is not.
 *
 * A build rejects when the Dockerfile or the ignore file is wrong, when a COPY names what is not in the context, and when
 * an ADD names an address: nothing is fetched.
 */
export const openBench = <E>(services: Layer.Layer<BuildCache | LayerStore | Locks, E>): DockerfileBench => {
  const runtime = ManagedRuntime.make(services)
  const ground = Effect.runSync(Effect.cached(Effect.orDie(makeGround)))
  const build = (project: Project, cache?: BuildCacheShape) =>
    Effect.gen(function* () {
      const stack = yield* ground
      const { buildArgs, dockerfile: text, files, name = "Dockerfile", target } = project
      const ignoreText = (files.get(`${name}.dockerignore`) ?? files.get(".dockerignore"))?.text
      const ignore = Either.getOrThrowWith(
        ignoreText === undefined ? Either.right(nothingIgnored) : compileIgnoreFile(ignoreText),
        ([problem]) => new Error(`ignore file: ${problem.message}`)
      )
      const result = yield* Effect.provideService(
        inMemoryBuild({
          text,
          files,
          ignore,
          platform: Platform.ofMachine("x64"),
          jobs: 2,
          scope: "bench",
          resolve: (reference, platform) =>
            Effect.succeed(pretended(`${reference} ${project.bases?.[reference] ?? ""}`, platform, stack)),
          ...(buildArgs === undefined ? {} : { buildArgs: new Map(Object.entries(buildArgs)) }),
          ...(target === undefined ? {} : { target })
        }),
        BuildCache,
        cache ?? (yield* BuildCache)
      )
      return yield* reportOf(result)
    })
  return {
    build: (project) => runtime.runPromise(build(project)),
    cold: (project) => runtime.runPromise(build(project, emptyCache())),
    close: () => runtime.dispose()
  }
}

/** An image that is another one when its name or its version is. */
const pretended = (version: string, platform: Platform.Platform, stack: Stack) => {
  const config: ImageConfig = {
    created: "2020-01-01T00:00:00Z",
    architecture: platform.architecture,
    os: platform.os,
    config: { Env: ["PATH=/usr/local/bin:/usr/bin:/bin"], Labels: { version } },
    rootfs: { type: "layers", diff_ids: stack },
    history: []
  }
  return { digest: ofBytes(JSON.stringify(config)), config, stack }
}

const reportOf = ({ config, stack, steps: all }: BuildResult) =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const steps = all
      .filter(({ key }) => key !== undefined)
      .map(({ cause, how, step }): BenchStep => ({
        stage: step.stageName,
        instruction: step.text,
        how: how === "cached" ? "cached" : "ran",
        ...(cause === undefined ? {} : { cause: describeCause(cause, step.stageName) })
      }))
    const tree = (yield* layers.walk(stack, "")).map(spelled)
    // Times are those of the first build that made a step.
    const settings = JSON.stringify(config, (field, value: unknown) => (field === "created" ? undefined : value))
    const cause = steps.find((step) => step.how === "ran")?.cause
    return {
      steps,
      ran: steps.filter(({ how }) => how === "ran").map(({ instruction }) => instruction),
      cached: steps.filter(({ how }) => how === "cached").map(({ instruction }) => instruction),
      ...(cause === undefined ? {} : { cause }),
      image: [settings, ...tree].join("\n")
    } satisfies BenchReport
  })
