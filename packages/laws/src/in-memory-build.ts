import type { Locks } from "@gantry/core/Locks"
import type { Platform } from "@gantry/core/image/Platform"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { IgnoreRules } from "@gantry/build/context/ignore-file"
import type { Diagnostic } from "@gantry/build/dockerfile/Diagnostic"
import { parse } from "@gantry/build/dockerfile/parse"
import { lower } from "@gantry/build/graph/lower"
import { type StepFacts, spellFacts } from "@gantry/build/key/StepFacts"
import { Spelling } from "@gantry/build/key/step-key"
import { BaseResolver, type BaseResolverShape } from "@gantry/build/solve/BaseResolver"
import type { BuildContext } from "@gantry/build/solve/BuildContext"
import type { BuildFailed, NotCached } from "@gantry/build/solve/BuildFailed"
import type { BuildResult } from "@gantry/build/solve/BuildResult"
import { solve } from "@gantry/build/solve/Solver"
import { StepExecutor, type StepExecutorShape } from "@gantry/build/solve/StepExecutor"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { SampleFile } from "./samples/dockerfiles.ts"
import { memoryContext } from "./samples/memory-context.ts"
import { memoryExecutor } from "./samples/memory-executor.ts"

/** A build without a kernel: the solver as it is, and commands that only pretend (`samples/memory-executor.ts`). */
export interface InMemoryBuild {
  /** Of the Dockerfile. */
  readonly text: string
  readonly files: ReadonlyMap<string, SampleFile>
  readonly platform: Platform
  readonly buildArgs?: ReadonlyMap<string, string>
  readonly target?: string
  readonly jobs: number
  /** See `SolveRequest.earlyCutoff`. */
  readonly earlyCutoff?: boolean
  /** See `SolveRequest.scope`. */
  readonly scope: string
  readonly resolve: BaseResolverShape["resolve"]
  /** Times and owners of the files in the context. */
  readonly checkout?: { readonly mtimeNs: bigint; readonly uid: number } | undefined
  /** The ignore file. */
  readonly ignore?: IgnoreRules
  readonly spell?: (facts: StepFacts) => string
  readonly seeing?: (context: BuildContext) => BuildContext
  readonly working?: (executor: StepExecutorShape) => StepExecutorShape
}

/** The Dockerfile is wrong. */
export class DockerfileWrong extends Data.TaggedError("DockerfileWrong")<{
  readonly diagnostics: ReadonlyArray<Diagnostic>
}> {
  override get message() {
    return this.diagnostics.map(({ message, range }) => `line ${range.start.line}: ${message}`).join("\n")
  }
}

/** Builds with the store, the cache and the locks of the environment. */
export const inMemoryBuild = (
  build: InMemoryBuild
): Effect.Effect<
  BuildResult,
  BuildFailed | DockerfileWrong | NotCached | StorageFailure,
  BuildCache | LayerStore | Locks
> =>
  Effect.gen(function* () {
    const { buildArgs, files, platform, target, text } = build
    const graph = yield* Either.flatMap(parse(text), (file) =>
      lower(file, {
        text,
        platform,
        ...(buildArgs === undefined ? {} : { buildArgs }),
        ...(target === undefined ? {} : { target })
      })
    ).pipe(Either.mapLeft((diagnostics) => new DockerfileWrong({ diagnostics })))
    const context = memoryContext(files, build.checkout, build.ignore)
    const executor = yield* memoryExecutor(files)
    return yield* solve({
      graph,
      context: build.seeing?.(context) ?? context,
      jobs: build.jobs,
      earlyCutoff: build.earlyCutoff ?? false,
      scope: build.scope
    }).pipe(
      Effect.provideService(StepExecutor, build.working?.(executor) ?? executor),
      Effect.provideService(BaseResolver, { resolve: build.resolve }),
      Effect.provideService(Spelling, build.spell ?? spellFacts)
    )
  })

/** One layer to stand on. */
export const makeGround = Effect.gen(function* () {
  const layers = yield* LayerStore
  const tree = yield* layers.prepare({ parents: [], keep: false })
  const bytes = new TextEncoder().encode("ID=sample\n")
  const meta = { path: "etc/os-release", mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
  yield* layers.write(tree, [{ ...meta, type: "file", size: bytes.length, content: { from: "bytes", bytes } }])
  const made = yield* layers.commit(tree)
  return made._tag === "None" ? [] : [made.value.diffId]
})
