import type { Plugin } from "@gantry/core/Plugin"
import { Registry } from "@gantry/core/registry/Registry"
import { RegistryRefused } from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"

const Options = Schema.Struct({ only: Schema.NonEmptyString })
type Options = typeof Options.Type

/** gantry's own registries, of which images are fetched from one host alone. */
const plugin: Plugin<Options, Registry, never, Registry> = {
  name: "one-place",
  contract: "registry",
  options: Options,
  layer: ({ only }) =>
    Layer.effect(
      Registry,
      Effect.map(Registry, (own) => ({
        ...own,
        resolve: (ref, ...more) =>
          ref.registry === only ? own.resolve(ref, ...more) : Effect.fail(refusal(ref.registry, only))
      }))
    )
}

const refusal = (registry: string, only: string) =>
  new RegistryRefused({ registry, code: "DENIED", detail: `images come from ${only} alone here` })

export default plugin
