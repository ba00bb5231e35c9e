import type * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"

/** The contracts a plugin may serve. */
export type Contract = "blob-store" | "layer-store" | "build-cache" | "registry" | "network" | "launcher" | "runtime"

/**
 * How a plugin module introduces itself: its default export.
 *
 * `Encoded` is what a configuration file says, `Options` what the plugin makes of it; mostly they are the same.
 *
 * @example
 * ```ts
 * import type { Plugin } from "@gantry/core/Plugin"
 * import { type Registry } from "@gantry/core/registry/Registry"
 * import * as RegistryContract from "@gantry/core/registry/Registry"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * // Stands on gantry's own registry and logs what is asked of it.
 * const layer = Layer.effect(
 *   RegistryContract.Registry,
 *   Effect.map(RegistryContract.Registry, (own) => ({
 *     ...own,
 *     resolve: (...asked: Parameters<typeof own.resolve>) => Effect.tap(own.resolve(...asked), () => Effect.log(asked[0]))
 *   }))
 * )
 * const plugin: Plugin<void, Registry, never, Registry> = {
 *   name: "talkative",
 *   contract: "registry",
 *   layer: () => layer
 * }
 * export default plugin
 * ```
 */
export interface Plugin<Options, Service, Failure, Needs, Encoded = Options> {
  /** Name for messages. */
  readonly name: string
  readonly contract: Contract
  /**
   * What the options must look like. They are decoded by it before anything else of the plugin is used, and a name that
   * it does not know is an error. A plugin without a schema takes no options.
   */
  readonly options?: Schema.Schema<Options, Encoded>
  /** Version of `@gantry/laws` whose laws it keeps, as its author says. Shown by `gantry plugin ls`. */
  readonly laws?: string
  /**
   * The Effect layer that provides the contract's service. It may ask for what gantry has: the service that serves the
   * contract otherwise, those of the stores, `Settings`, `Database` and `Locks`.
   */
  readonly layer: (options: Options) => Layer.Layer<Service, Failure, Needs>
}
