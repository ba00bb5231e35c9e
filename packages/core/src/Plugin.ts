import type * as Layer from "effect/Layer"

/** The contracts a plugin may serve. */
export type Contract = "blob-store" | "layer-store" | "build-cache" | "registry" | "network" | "launcher" | "runtime"

/** How a plugin module introduces itself: its default export. */
export interface Plugin<Options, Service, Failure, Needs> {
  /** Name for messages and `--plugin`. */
  readonly name: string
  readonly contract: Contract
  /** The Effect layer that provides the contract's service. */
  readonly layer: (options: Options) => Layer.Layer<Service, Failure, Needs>
}
