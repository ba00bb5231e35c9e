import type { ContextTree } from "@gantry/build/context/ContextTree"
import { type RunRequest, StepExecutor } from "@gantry/build/solve/StepExecutor"
import { Network } from "@gantry/core/network/Network"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { performCopy } from "./perform-copy.ts"
import { performRun } from "./perform-run.ts"
import { performWorkdir } from "./perform-workdir.ts"

/** Carries out build steps with the real layer store, network and runtime. */
export const layer = (
  context: ContextTree,
  network: RunRequest["network"]
): Layer.Layer<StepExecutor, never, LayerStore | Network | Runtime | Settings> =>
  Layer.effect(
    StepExecutor,
    Effect.gen(function* () {
      const services = Context.make(LayerStore, yield* LayerStore).pipe(
        Context.add(Network, yield* Network),
        Context.add(Runtime, yield* Runtime),
        Context.add(Settings, yield* Settings)
      )
      return {
        run: (request) =>
          Effect.provide(performRun(request.network === "default" ? { ...request, network } : request), services),
        copy: (request) => Effect.provide(performCopy(request, context), services),
        workdir: (request) => Effect.provide(performWorkdir(request), services)
      }
    })
  )
