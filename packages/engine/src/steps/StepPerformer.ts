import { arch } from "node:os"
import { type RunRequest, type StepExecutorShape, StepFailed } from "@gantry/build/solve/StepExecutor"
import { ofMachine } from "@gantry/core/image/Platform"
import type { Network } from "@gantry/core/network/Network"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { cannotExecute } from "./foreign-programs.ts"
import { performCopy } from "./perform-copy.ts"
import { performRun } from "./perform-run.ts"
import { performWorkdir } from "./perform-workdir.ts"

/**
 * Carries out build steps with the real layer store, network and runtime. `network` is what RUN uses by default; `begin`
 * is done before each step.
 */
export const make = (
  network: RunRequest["network"],
  begin: Effect.Effect<void, StorageFailure> = Effect.void
): Effect.Effect<StepExecutorShape, never, LayerStore | Network | Runtime | Settings> =>
  Effect.map(Effect.context<LayerStore | Network | Runtime | Settings>(), (services) => {
    const first = <A>(step: Effect.Effect<A, StepFailed>): Effect.Effect<A, StepFailed> =>
      Effect.zipRight(
        Effect.mapError(begin, (cause) => new StepFailed({ why: cause.message, cause })),
        step
      )
    return {
      run: (request) => {
        const foreign = cannotExecute(request.platform, ofMachine(arch()))
        if (foreign !== undefined) return new StepFailed({ why: foreign })
        return first(
          Effect.provide(performRun(request.network === "default" ? { ...request, network } : request), services)
        )
      },
      copy: (request) => first(Effect.provide(performCopy(request), services)),
      workdir: (request) => first(Effect.provide(performWorkdir(request), services))
    }
  })
