import { BaseResolver, type BaseResolverShape, BaseUnavailable } from "@gantry/build/solve/BaseResolver"
import { plan } from "@gantry/build/solve/Solver"
import { Sources, type SourcesShape } from "@gantry/build/solve/Sources"
import { StepExecutor } from "@gantry/build/solve/StepExecutor"
import * as ImageRef from "@gantry/core/image/ImageRef"
import type { Locks } from "@gantry/core/Locks"
import { Registry } from "@gantry/core/registry/Registry"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { BuildRequest } from "../builds/BuildRequest.ts"
import { toolsOf } from "../builds/build-tools.ts"
import { openFor, readRequest } from "../builds/read-request.ts"
import * as BuildSources from "../contexts/BuildSources.ts"
import { ContextUnavailable } from "../contexts/ContextSource.ts"
import { Images } from "../images/Images.ts"
import * as LocalBases from "../images/LocalBases.ts"
import { imageInput, inputText, type LockChange, lockChanges, type LockedInput, lockSuffix } from "../lock/LockFile.ts"
import { notedSources } from "../lock/lock-sources.ts"
import { noPlace, openLock } from "../lock/open-lock.ts"
import { writeLock } from "../lock/write-lock.ts"
import { working } from "../prune/working.ts"
import * as StepPerformer from "../steps/StepPerformer.ts"
import type { PlanError, PlanServices } from "./plan-build.ts"

/** What a lock file says now. */
export interface LockUpdate {
  /** As shown to the user. */
  readonly path: string
  readonly inputs: ReadonlyArray<LockedInput>
  readonly changes: ReadonlyArray<LockChange>
}

/** How writing a lock file can fail. */
export type LockError = BaseUnavailable | PlanError

/**
 * Asks what everything from elsewhere that a build is made of is now: images, files and repositories of the stages that its
 * target needs. Writes it into the file beside the Dockerfile, unless that says so already or nothing is to be written.
 * Images and files are fetched; nothing runs. What is here already because it was made here is not from elsewhere.
 */
export const updateLock = (
  request: BuildRequest,
  { dryRun }: { readonly dryRun: boolean }
): Effect.Effect<LockUpdate, LockError, PlanServices | Images | Locks | Registry> =>
  Effect.gen(function* () {
    const opened = yield* openFor(request, false)
    const { place, shown } = opened.dockerfile
    if (place === undefined || request.context.of !== "folder") {
      return yield* noPlace(shown)
    }
    const path = `${shown}${lockSuffix}`
    // One that cannot be read is written anew.
    const before = Option.getOrUndefined(
      Option.flatMapNullable(yield* Effect.option(openLock(opened.dockerfile)), (lock) => lock)
    )
    const begun = yield* Effect.cached(
      Effect.provide(working(yield* Clock.currentTimeMillis), yield* Effect.context<Locks | Scope.Scope>())
    )
    const inputs = new Map<string, LockedInput>()
    const note = (input: LockedInput) => void inputs.set(inputText(input), input)
    const problems: Array<BaseUnavailable | ContextUnavailable> = []
    const bases = yield* currentBases(yield* LocalBases.make(request.bases ?? { policy: "missing" }), note)
    const sources = notedSources(yield* BuildSources.make(request, begun), note)
    yield* Effect.forEach(request.platforms, (platform) =>
      Effect.flatMap(readRequest(request, opened, { platform, watch: undefined }), plan).pipe(
        Effect.provideServiceEffect(StepExecutor, StepPerformer.make(toolsOf(request, undefined))),
        Effect.provideService(BaseResolver, {
          resolve: (reference, wanted) =>
            Effect.zipRight(
              Effect.mapError(begun, (cause) => new BaseUnavailable({ reference, why: cause.message, cause })),
              bases.resolve(reference, wanted)
            ).pipe(Effect.tapError((problem) => Effect.sync(() => problems.push(problem))))
        } satisfies BaseResolverShape),
        Effect.provideService(Sources, {
          named: sources.named,
          remote: (wanted) =>
            Effect.tapError(sources.remote(wanted), (problem) =>
              Effect.sync(() => problems.push(new ContextUnavailable({ ...problem, context: problem.source })))
            )
        } satisfies SourcesShape)
      )
    )
    const [problem] = problems
    if (problem !== undefined) return yield* Effect.fail(problem)
    const changes = lockChanges(before?.inputs ?? new Map(), inputs)
    if (!dryRun && (changes.length > 0 || before === undefined)) yield* writeLock(place, inputs)
    return { path, inputs: [...inputs.values()], changes }
  }).pipe(Effect.scoped)

/** Finds images as their registries have them now, and tells what they are. */
const currentBases = (
  { resolve }: BaseResolverShape,
  note: (input: LockedInput) => void
): Effect.Effect<BaseResolverShape, never, Images | Registry> =>
  Effect.gen(function* () {
    const images = yield* Images
    const registry = yield* Registry
    return {
      resolve: (reference, platform) =>
        Effect.gen(function* () {
          const input = imageInput(reference)
          const ref = input === undefined ? undefined : Either.getOrUndefined(ImageRef.parse(input.source))
          const here = yield* Effect.option(images.find(reference))
          const isOwn = Option.exists(here, ({ digests }) => digests.length === 0)
          if (input === undefined || ref === undefined || isOwn) return yield* resolve(reference, platform)
          const { descriptor } = yield* registry
            .resolve(ref)
            .pipe(Effect.mapError((cause) => new BaseUnavailable({ reference, why: cause.message, cause })))
          const found = yield* resolve(`${ref.registry}/${ref.repository}@${descriptor.digest}`, platform)
          note({ ...input, is: descriptor.digest })
          return found
        })
    }
  })
