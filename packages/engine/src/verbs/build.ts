import { BaseResolver } from "@gantry/build/solve/BaseResolver"
import type { BuildFailed } from "@gantry/build/solve/BuildFailed"
import { type NotCached } from "@gantry/build/solve/BuildFailed"
import type { BuildResult } from "@gantry/build/solve/BuildResult"
import { solve, type SolveRequest } from "@gantry/build/solve/Solver"
import { Sources } from "@gantry/build/solve/Sources"
import { StepExecutor } from "@gantry/build/solve/StepExecutor"
import type { Downloads } from "@gantry/core/download/Downloads"
import { familiar } from "@gantry/core/image/ImageRef"
import type { Network } from "@gantry/core/network/Network"
import { Settings } from "@gantry/core/Settings"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { Locks } from "@gantry/core/Locks"
import type { Database } from "@gantry/core/state/Database"
import { BuildCache } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { LayerMissing } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { AttestedBuild } from "../attest/attest.ts"
import type { CannotAttest } from "../attest/Attestation.ts"
import type { BuiltFacts } from "../attest/provenance.ts"
import { type BuildRecord, lastInputs } from "../build-logs/BuildRecord.ts"
import { recorded } from "../build-logs/recorded.ts"
import type { Layerless } from "../cache-sharing/Layerless.ts"
import { exportedSteps, leaveCache } from "../cache-sharing/leave-cache.ts"
import type { Containers } from "../containers/Containers.ts"
import type { BadBuildFile } from "../contexts/BadBuildFile.ts"
import { contextText, type ContextUnavailable } from "../contexts/ContextSource.ts"
import { imageEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import type { NoteInput } from "../lock/lock-bases.ts"
import { inputText, type LockChange, type LockedInput, type LockFile } from "../lock/LockFile.ts"
import type { NewImage } from "../images/ImageRecord.ts"
import type { Squash, SquashError } from "../outputs/squash.ts"
import { deliver, type Delivered, type DeliverError } from "../outputs/deliver.ts"
import type { Output } from "../outputs/Output.ts"
import type { Produced } from "../outputs/Produced.ts"
import { working } from "../prune/working.ts"
import type { SecretLeaked } from "../secrets/SecretLeaked.ts"
import { searchedLayers } from "../secrets/SearchedLayers.ts"
import { tooShort } from "../secrets/needles.ts"
import { secretsOf } from "../secrets/Secrets.ts"
import { watchLayers } from "../secrets/watch-layers.ts"
import { watchConfig } from "../secrets/watch-texts.ts"
import { firstFailure } from "../steps/first-failure.ts"
import * as StepPerformer from "../steps/StepPerformer.ts"
import { sweepSteps } from "../steps/sweep-steps.ts"
import { withGrounds } from "../unchanged/with-grounds.ts"
import type { PullServices } from "./pull.ts"
import type { BuildRequest } from "../builds/BuildRequest.ts"
import { finishedConfig } from "../builds/finished-config.ts"
import type { SavedStage } from "../builds/save-stages.ts"
import { cacheFor, toolsOf, watchOf } from "../builds/build-tools.ts"
import { basesFor, growLock, lockFor, sourcesFor } from "../builds/remote-inputs.ts"
import { atFault, openFor, readRequest, shownOf } from "../builds/read-request.ts"

/** A built image. */
export interface Built extends Delivered {
  /** Of the first platform. */
  readonly image: NewImage
  /** Of all platforms, one platform after the other. */
  readonly steps: BuildResult["steps"]
  /** The images that other stages have become, where that was asked for. */
  readonly stages?: ReadonlyArray<SavedStage>
  /** What was written into which lock file, if anything was. */
  readonly lock?: { readonly path: string; readonly changes: ReadonlyArray<LockChange> }
}

/** How a build can fail. */
export type BuildError =
  | BadBuildFile
  | BuildFailed
  | CannotAttest
  | ContextUnavailable
  | DeliverError
  | NotCached
  | SecretLeaked
  | SquashError

type BuildServices = BuildCache | Containers | Database | Downloads | Network | PullServices | Runtime

/**
 * From a directory and a Dockerfile to an image with names, an archive, a folder; the names move only when all of it
 * succeeded. Platforms are built one after the other, so that steps which they share are done once.
 */
export const build = (request: BuildRequest): Effect.Effect<Built, BuildError, BuildServices> => {
  const about = { dockerfile: shownOf(request), context: contextText(request.context) }
  return recorded(
    {
      ...about,
      names: request.names.map(familiar),
      ...(request.target === undefined ? {} : { target: request.target })
    },
    request,
    ({ onEvent, onInput }) =>
      Effect.flatMap(Settings, ({ root }) =>
        withGrounds({ ...request, onEvent }, onInput, (asked, told) =>
          buildImage(asked, { onInput: told, last: lastOf(root, about) })
        )
      )
  )
}

/** What the last build of the Dockerfile was made of, read when it is asked for. */
const lastOf = (root: string, about: Pick<BuildRecord, "context" | "dockerfile">): (() => LockFile) => {
  let known: LockFile | undefined
  return () => (known ??= new Map((lastInputs(root, about) ?? []).map((input) => [inputText(input), input])))
}

const buildImage = (
  asked: BuildRequest,
  { last, onInput }: { readonly last: () => LockFile; readonly onInput: NoteInput }
): Effect.Effect<Built, BuildError, BuildServices> =>
  Effect.gen(function* () {
    const first = asked.onFailure === undefined ? undefined : firstFailure(asked.onFailure)
    const request = {
      ...asked,
      onWarning: eachOnce(asked.onWarning),
      ...(first === undefined ? {} : { onFailure: first.onFailure })
    }
    const started = yield* Clock.currentTimeMillis
    const watch = watchOf(request)
    const secrets = secretsOf(request.secrets ?? [])
    const short = request.allowSecretLeak === true ? [] : tooShort(secrets)
    if (short.length > 0) request.onWarning(`secrets too short to be looked for in what is built: ${short.join(", ")}`)
    const searched = watch?.allow === false ? yield* searchedLayers(secrets) : undefined
    const layers = yield* LayerStore
    // Said when the first step is executed: a fully cached build has no time for it, and needs none.
    const begun = yield* Effect.cached(Effect.provide(working(started), yield* Effect.context<Locks | Scope.Scope>()))
    const opened = yield* openFor(request, true)
    const lock = yield* lockFor(request, opened.dockerfile)
    const noted = new Map<string, LockedInput>()
    const fixed = new Map<string, LockedInput>()
    const note: NoteInput = (input) => {
      noted.set(inputText(input), input)
      onInput(input)
    }
    const pinned: NoteInput = (input) => void fixed.set(inputText(input), input)
    const known = { ...(lock === undefined ? { earlier: last } : { lock }), note, pinned }
    const { cache, layerless, mounts } = yield* cacheFor(request, begun, false)
    // An image needs all of its layers.
    if (request.saveStages === true) layerless?.refuseAll()
    const made = Effect.gen(function* () {
      const results = yield* Effect.forEach(request.platforms, (platform) =>
        Effect.flatMap(readRequest(request, opened, { platform, watch }), (solving) =>
          Effect.zipRight(
            layerless === undefined ? Effect.void : settled(solving, layerless),
            solve({
              ...solving,
              requireCached: request.requireCached,
              ...(first === undefined ? {} : { beforeFailing: first.seen })
            })
          ).pipe(
            Effect.map((result) => ({ ...result, platform, graph: solving.graph })),
            Effect.mapError((failure) => atFault(failure, opened.dockerfile.shown, solving.graph.source))
          )
        ).pipe(
          Effect.provideService(BuildCache, cache),
          Effect.provideServiceEffect(
            StepExecutor,
            StepPerformer.make(
              toolsOf(request, watch, { ...opened, ...(mounts === undefined ? {} : { caches: mounts }) }),
              begun
            )
          ),
          Effect.provideServiceEffect(BaseResolver, basesFor(request, known, request.requireCached)),
          Effect.provideServiceEffect(
            Sources,
            sourcesFor(request, known, { begin: begun, isLook: request.requireCached })
          )
        )
      )
      // A fully cached build writes nothing that could be lost, and has no time for what others left.
      const ran = results.some(({ steps }) => steps.some(({ how }) => how !== "cached"))
      if (ran || request.cacheFrom.length > 0) {
        yield* layers.flush
        yield* Effect.ignoreLogged(sweepSteps)
      }
      for (const { config, graph, stages, steps } of results) {
        const kept = request.saveStages === true ? [config, ...stages.map((each) => each.config)] : [config]
        yield* Effect.forEach(kept, (each) => watchConfig(each, watch))
        if (watch === undefined || searched === undefined) continue
        yield* Effect.mapError(watchLayers(steps, watch, searched), (failure) =>
          atFault(failure, opened.dockerfile.shown, graph.source)
        )
      }
      const locked = yield* growLock(lock, opened.dockerfile, noted)
      for (const target of request.cacheTo) {
        const left = leaveCache(results.flatMap(exportedSteps), target, { watch, onWarning: request.onWarning })
        // With what others have said of stages whose layers nobody needed.
        yield* Effect.provideService(left, BuildCache, cache)
      }
      const produced = yield* Effect.forEach(results, (result) => {
        const { config, platform, stack } = result
        const plain = { config, platform, stack }
        const whole =
          request.squash === undefined
            ? Effect.succeed(plain)
            : Effect.zipRight(begun, squashed(plain, request.squash, ownLayers(result)))
        return Effect.map(whole, (each) => ({ ...each, config: finishedConfig(each.config, request) }))
      })
      const saved = request.saveStages === true ? yield* stagesSaved(results) : undefined
      const { attest: wish } = request
      const about = { request, opened, inputs: [...noted.values(), ...fixed.values()], started }
      const attested = wish === undefined ? produced : yield* withAttestations(produced, results, { ...about, wish })
      const given = yield* deliver({
        produced: attested,
        names: request.names,
        outputs: request.outputs.length === 0 ? [plainImage] : request.outputs,
        ...(opened.epoch === undefined ? {} : { epoch: opened.epoch }),
        ...(request.onPush === undefined ? {} : { onPush: request.onPush })
      })
      const [image] = given.images
      if (given.stored && image !== undefined) {
        yield* tell(imageEvent("create", image.id, given.names[0] === undefined ? image.id : familiar(given.names[0])))
      }
      if (image === undefined) return yield* Effect.dieMessage("a build is for one platform at least")
      const steps = results.flatMap((result) => result.steps)
      return {
        ...given,
        image,
        steps,
        ...(saved === undefined ? {} : { stages: saved }),
        ...(lock === undefined || locked.length === 0 ? {} : { lock: { path: lock.path, changes: locked } })
      }
    })
    // Somebody pruned between a look into the cache and the use of what was found: the next look misses it.
    const mayRepeat = !request.outputs.some((output) => output.type === "tar" && output.toStandardOutput)
    return yield* Effect.retry(made, {
      times: 2,
      while: (failure) => {
        const again = mayRepeat && isLost(failure)
        if (again) layerless?.refuseAll()
        if (again) request.onWarning(`${failure.message}; the build looks again at what there is`)
        return again
      }
    })
  }).pipe(Effect.scoped)

/** Few builds are given results without layers. */
const settled = (solving: SolveRequest, layerless: Layerless) =>
  Effect.flatMap(
    Effect.promise(() => import("../cache-sharing/settle-layerless.ts")),
    ({ settleLayerless }) => settleLayerless(solving, layerless)
  )

/** Few builds ask for one layer. */
const squashed = (image: Produced, which: Squash, own: number) =>
  Effect.gen(function* () {
    const { squash } = yield* Effect.promise(() => import("../outputs/squash.ts"))
    const made = yield* squash(image, which, own)
    yield* (yield* LayerStore).flush
    return made
  })

/** Few builds say something of what they give. */
const withAttestations = (
  produced: ReadonlyArray<Produced>,
  results: ReadonlyArray<Pick<BuiltFacts, "graph" | "steps">>,
  about: AttestedBuild
) =>
  Effect.flatMap(
    Effect.promise(() => import("../attest/attest.ts")),
    ({ attestAll }) => attestAll(produced, results, about)
  )

/** Few builds keep what is only on the way. */
const stagesSaved = (results: ReadonlyArray<Pick<BuildResult, "stages"> & Pick<Produced, "platform">>) =>
  Effect.flatMap(
    Effect.promise(() => import("../builds/save-stages.ts")),
    ({ saveStages }) => saveStages(results)
  )

/** How many layers of an image the steps of the Dockerfile have made. */
const ownLayers = (result: Parameters<typeof exportedSteps>[0]): number =>
  exportedSteps(result).filter(({ isOfTarget, report }) => isOfTarget && report.layer !== null).length

/** What is so for several platforms is said once. */
const eachOnce = (say: (text: string) => void): ((text: string) => void) => {
  const said = new Set<string>()
  return (text) => {
    if (!said.has(text)) say(text)
    said.add(text)
  }
}

/** Whether a layer vanished that was there a moment ago. */
const isLost = (failure: BuildError): boolean =>
  failure._tag === "LayerMissing" || (failure._tag === "BuildFailed" && failure.cause instanceof LayerMissing)

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
