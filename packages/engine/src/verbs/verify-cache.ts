import type { BuildFailed } from "@gantry/build/solve/BuildFailed"
import type { Hit } from "@gantry/build/solve/Hit"
import type { StepLabel } from "@gantry/build/solve/SolveEvent"
import type { Locks } from "@gantry/core/Locks"
import type { StepKey } from "@gantry/core/store/BuildCache"
import { LayerStore, type LayerStoreShape } from "@gantry/core/store/LayerStore"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import type { Containers } from "../containers/Containers.ts"
import { working } from "../prune/working.ts"
import { type LayerDifference, layerDifferences } from "../steps/layer-differences.ts"
import * as StepPerformer from "../steps/StepPerformer.ts"
import { sweepSteps } from "../steps/sweep-steps.ts"
import { type BuildRequest } from "../builds/BuildRequest.ts"
import { type PlanError, type PlanServices, planWithHits } from "./plan-build.ts"
import { toolsOf } from "../builds/build-tools.ts"

/** What became of a RUN step that was run once more. */
export type Audited = { readonly step: StepLabel } & (
  | { readonly outcome: "same" }
  | { readonly outcome: "differs"; readonly differences: ReadonlyArray<LayerDifference> }
  /** The command that once succeeded ends with another status than 0. One sentence without a full stop. */
  | { readonly outcome: "failed"; readonly why: string; readonly exitCode: number }
  /** It was not run, or nothing is known of what it did. One sentence without a full stop. */
  | { readonly outcome: "skipped"; readonly why: string }
)

/** What an audit has found. */
export interface Audit {
  /** RUN steps that were looked at or could not be, in the order of the file. */
  readonly steps: ReadonlyArray<Audited>
  /** RUN steps that the cache has and that were left out because of the sample. */
  readonly left: number
}

/** Which steps to run, and who is told. */
export interface AuditOptions {
  /** So many steps, chosen at random; all when absent. */
  readonly sample?: number
  /** Told of each step when it is done, in any order. */
  readonly onAudited?: (audited: Audited) => void
}

/**
 * Runs the RUN steps of a build that the cache has once more, each on the ground of its cached result, and compares what
 * they make with what the cache has. Nothing of it is kept, and nothing of the cache is changed.
 *
 * A command that writes into a cache mount is not run, because its effects would stay. Other instructions are no
 * commands: what they make follows from their keys. Names, outputs and the cache options of the request mean nothing.
 */
export const verifyCache = (
  request: BuildRequest,
  { onAudited = () => {}, sample }: AuditOptions = {}
): Effect.Effect<Audit, PlanError, PlanServices | Containers | Locks> =>
  Effect.gen(function* () {
    const begun = yield* Effect.cached(
      Effect.provide(working(yield* Clock.currentTimeMillis), yield* Effect.context<Locks | Scope.Scope>())
    )
    const hits = new Map<StepKey, Hit>()
    const steps = yield* planWithHits(request, (hit) => {
      if (hit.action.kind === "run" && !hits.has(hit.key)) hits.set(hit.key, hit)
    })
    const missing = steps.flatMap(({ how, step }): ReadonlyArray<Audited> =>
      how === "missing" && /^RUN\b/i.test(step.text)
        ? [{ step, outcome: "skipped", why: "the cache does not have its result" }]
        : []
    )
    const chosen = yield* chosenOf([...hits.values()], sample)
    const audited = yield* Effect.forEach(
      chosen,
      (hit) => Effect.tap(audit(hit, request, begun), (each) => Effect.sync(() => onAudited(each))),
      // The build itself lets no more than its number of jobs run at once.
      { concurrency: "unbounded" }
    )
    for (const each of missing) onAudited(each)
    if (chosen.length > 0) yield* Effect.ignoreLogged(sweepSteps)
    return { steps: [...audited, ...missing].toSorted(inFile), left: hits.size - chosen.length }
  }).pipe(Effect.scoped)

const inFile = (a: Audited, b: Audited): number => a.step.stage - b.step.stage || a.step.number - b.step.number

const chosenOf = (hits: ReadonlyArray<Hit>, sample: number | undefined): Effect.Effect<ReadonlyArray<Hit>> =>
  sample === undefined || sample >= hits.length
    ? Effect.succeed(hits)
    : Effect.map(Random.shuffle(hits), (shuffled) => Chunk.toReadonlyArray(Chunk.take(shuffled, sample)))

const audit = (hit: Hit, request: BuildRequest, begin: Effect.Effect<void, StorageFailure>) =>
  Effect.gen(function* () {
    const { action, step } = hit
    if (action.kind === "run" && action.mounts.some(({ mount }) => mount.type === "cache" && !mount.readOnly)) {
      return { step, outcome: "skipped", why: "its command would write into a cache mount" } satisfies Audited
    }
    const found: Array<LayerDifference> = []
    const inspecting = inspectingStore(yield* LayerStore, hit, found)
    const executor = yield* Effect.provideService(
      StepPerformer.make(toolsOf(request, undefined), begin),
      LayerStore,
      inspecting
    )
    return yield* hit.again(executor).pipe(
      Effect.map(({ exact }): Audited => {
        if (!exact) return { step, outcome: "skipped", why: "files of the context changed meanwhile" }
        return found.length === 0 ? { step, outcome: "same" } : { step, outcome: "differs", differences: found }
      }),
      Effect.catchAll((failure) => Effect.succeed(failedOf(step, failure)))
    )
  })

const failedOf = (step: StepLabel, { exitCode, why }: BuildFailed): Audited =>
  exitCode === undefined ? { step, outcome: "skipped", why } : { step, outcome: "failed", why, exitCode }

/** A store that compares what it is to commit with the cached layer instead, and keeps nothing. */
const inspectingStore = (layers: LayerStoreShape, { layer }: Hit, found: Array<LayerDifference>): LayerStoreShape => ({
  ...layers,
  commit: (tree) =>
    Effect.gen(function* () {
      const before =
        layer === null
          ? []
          : yield* Effect.catchTag(layers.contents(layer), "LayerMissing", (missing) =>
              Effect.fail(storageFailure("read", layer)(missing))
            )
      const after = yield* layers.changes(tree)
      found.push(
        ...(yield* Effect.try({ try: () => layerDifferences(before, after), catch: storageFailure("read", tree.id) }))
      )
      return Option.none()
    })
})
