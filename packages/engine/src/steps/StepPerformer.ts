import { arch } from "node:os"
import type { DigestMemo } from "@gantry/build/context/content-digest"
import { type RunRequest, type StepExecutorShape, StepFailed } from "@gantry/build/solve/StepExecutor"
import type { Locks } from "@gantry/core/Locks"
import { ofMachine } from "@gantry/core/image/Platform"
import type { Network } from "@gantry/core/network/Network"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { LeakWatch } from "../secrets/watch-texts.ts"
import { Leaks } from "./commit-tree.ts"
import { cannotExecute } from "./foreign-programs.ts"
import { performCopy } from "./perform-copy.ts"
import { performRun, type RunTools } from "./perform-run.ts"
import { performWorkdir } from "./perform-workdir.ts"
import { treeContent } from "./tree-content.ts"

/** What all steps of a build share. */
export interface StepTools extends RunTools {
  /** What RUN uses unless it says otherwise itself. */
  readonly network: RunRequest["network"]
  /** Looks for secrets in new layers. */
  readonly leaks?: LeakWatch
  /** What files of layers hash to. */
  readonly digests?: DigestMemo
}

type Services = LayerStore | Locks | Network | Runtime | Settings

/** Carries out build steps with the real layer store, network and runtime. `begin` is done before each step. */
export const make = (
  tools: StepTools,
  begin: Effect.Effect<void, StorageFailure> = Effect.void
): Effect.Effect<StepExecutorShape, never, Services> =>
  Effect.map(Effect.context<Services>(), (services) => {
    const all = Context.add(services, Leaks, tools.leaks)
    const step = <A>(work: Effect.Effect<A, StepFailed, Services>): Effect.Effect<A, StepFailed> =>
      Effect.zipRight(
        Effect.mapError(begin, (cause) => new StepFailed({ why: cause.message, cause })),
        Effect.provide(work, all)
      )
    return {
      run: (request) => {
        const foreign = cannotExecute(request.platform, ofMachine(arch()))
        if (foreign !== undefined) return new StepFailed({ why: foreign })
        return step(performRun(request.network === "default" ? { ...request, network: tools.network } : request, tools))
      },
      copy: (request) => step(performCopy(request)),
      workdir: (request) => step(performWorkdir(request)),
      contentOf: (from) => Effect.provide(treeContent(from, tools.digests), all)
    }
  })
