import type { ContextTree } from "@gantry/build/context/ContextTree"
import type { RunRequest, StepExecutorShape } from "@gantry/build/solve/StepExecutor"
import type { Network } from "@gantry/core/network/Network"
import type { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import { performCopy } from "./perform-copy.ts"
import { performRun } from "./perform-run.ts"
import { performWorkdir } from "./perform-workdir.ts"

/** Carries out build steps with the real layer store, network and runtime. `network` is what RUN uses by default. */
export const make = (
  context: ContextTree,
  network: RunRequest["network"]
): Effect.Effect<StepExecutorShape, never, LayerStore | Network | Runtime | Settings> =>
  Effect.map(Effect.context<LayerStore | Network | Runtime | Settings>(), (services) => ({
    run: (request) =>
      Effect.provide(performRun(request.network === "default" ? { ...request, network } : request), services),
    copy: (request) => Effect.provide(performCopy(request, context), services),
    workdir: (request) => Effect.provide(performWorkdir(request), services)
  }))
