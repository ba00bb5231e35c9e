import type { Plugin } from "@gantry/core/Plugin"
import type { ContainerSpec } from "@gantry/core/runtime/ContainerSpec"
import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** gantry's own runtime, whose containers and build steps are told where they run. */
const plugin: Plugin<void, Runtime, never, Runtime> = {
  name: "told-runtime",
  contract: "runtime",
  layer: () =>
    Layer.effect(
      Runtime,
      Effect.map(Runtime, (own) => ({
        ...own,
        perform: (spec, onOutput) => own.perform(told(spec), onOutput),
        start: (spec, supervision) => own.start(told(spec), supervision)
      }))
    )
}

const told = (spec: ContainerSpec): ContainerSpec => ({
  ...spec,
  process: { ...spec.process, env: [...spec.process.env, "RUNS_IN=gantry"] }
})

export default plugin
