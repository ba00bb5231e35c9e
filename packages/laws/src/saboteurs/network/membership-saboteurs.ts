import type { Network } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import type { Saboteur } from "../../Saboteur.ts"
import type { Sinning } from "./sinning.ts"

/** Networks that are wrong about who is in them. */
export const membershipSaboteurs = (sinning: Sinning): ReadonlyArray<Saboteur<Network>> => [
  {
    sin: "removes a network under the feet of its containers",
    breaks: ["NET-12"],
    layer: sinning((network) => ({
      remove: (name) =>
        Effect.gen(function* () {
          const held = yield* network.attached
          yield* Effect.forEach(
            held.filter((each) => each.network === name),
            network.detach,
            { discard: true }
          )
          yield* network.remove(name)
        })
    }))
  },
  {
    sin: "takes a container out of all its networks at once",
    breaks: ["NET-17"],
    layer: sinning((network) => ({
      detach: ({ container }) =>
        Effect.flatMap(network.attached, (all) =>
          Effect.forEach(all, (each) => (each.container === container ? network.detach(each) : Effect.void), {
            discard: true
          })
        )
    }))
  },
  {
    sin: "calls a network as it was asked for",
    breaks: ["NET-18"],
    layer: sinning((network) => ({
      attach: (request) =>
        Effect.map(network.attach(request), (attachment) => ({ ...attachment, network: request.network }))
    }))
  }
]
