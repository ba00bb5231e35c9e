import { Network, type NetworkShape } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** Makes a network with one sin out of an honest one. */
export type Sinning = (sin: (network: NetworkShape) => Partial<NetworkShape>) => Layer.Layer<Network>

/** What makes sinners of the networks of a layer, a fresh one each. */
export const sinningOf =
  (honest: Layer.Layer<Network>): Sinning =>
  (sin) =>
    Layer.effect(
      Network,
      Effect.map(Network, (network) => ({ ...network, ...sin(network) }))
    ).pipe(Layer.provide(Layer.fresh(honest)))
