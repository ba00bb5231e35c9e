import { BaseResolver } from "@gantry/build/solve/BaseResolver"
import type { BuildFailed } from "@gantry/build/solve/BuildFailed"
import type { BuildResult } from "@gantry/build/solve/BuildResult"
import type { Hit } from "@gantry/build/solve/Hit"
import { plan } from "@gantry/build/solve/Solver"
import { Sources } from "@gantry/build/solve/Sources"
import { StepExecutor } from "@gantry/build/solve/StepExecutor"
import type { Downloads } from "@gantry/core/download/Downloads"
import type { Network } from "@gantry/core/network/Network"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { Database } from "@gantry/core/state/Database"
import { BuildCache } from "@gantry/core/store/BuildCache"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import { type StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { BadBuildFile } from "../contexts/BadBuildFile.ts"
import { type ContextUnavailable } from "../contexts/ContextSource.ts"
import type { SecretLeaked } from "../secrets/SecretLeaked.ts"
import * as StepPerformer from "../steps/StepPerformer.ts"
import type { PullServices } from "./pull.ts"
import type { BuildRequest } from "../builds/BuildRequest.ts"
import { settleLayerless } from "../cache-sharing/settle-layerless.ts"
import { cacheFor, toolsOf } from "../builds/build-tools.ts"
import { openFor, readRequest } from "../builds/read-request.ts"
import { basesFor, lockFor, sourcesFor } from "../builds/remote-inputs.ts"

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
    const lock = yield* lockFor(request, opened.dockerfile)
    const known = { ...(lock === undefined ? {} : { lock }), note: () => {} }
    const { cache, layerless } = yield* cacheFor(request, Effect.void, true)
    const steps = yield* Effect.forEach(request.platforms, (platform) =>
      Effect.flatMap(readRequest(request, opened, { platform, watch: undefined }), (solving) =>
        Effect.zipRight(
          layerless === undefined ? Effect.void : settleLayerless(solving, layerless),
          plan({ ...solving, onHit })
        )
      ).pipe(
        Effect.provideService(BuildCache, cache),
        Effect.provideServiceEffect(StepExecutor, StepPerformer.make(toolsOf(request, undefined, opened))),
        Effect.provideServiceEffect(BaseResolver, basesFor(request, known, true)),
        Effect.provideServiceEffect(Sources, sourcesFor(request, known, { begin: Effect.void, isLook: true }))
      )
    )
    return steps.flat()
  })
