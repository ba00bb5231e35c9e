import type { Network } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import type { Saboteur } from "../../Saboteur.ts"
import type { Sinning } from "./sinning.ts"

/** Networks that attach or detach wrongly. */
export const attachmentSaboteurs = (sinning: Sinning): ReadonlyArray<Saboteur<Network>> => [
  {
    sin: "does not expect to detach twice",
    breaks: ["NET-2"],
    layer: sinning((network) => ({
      detach: (attachment) =>
        Effect.flatMap(Effect.orDie(network.attached), (held) =>
          held.some(({ container }) => container === attachment.container)
            ? network.detach(attachment)
            : Effect.dieMessage("not attached")
        )
    }))
  },
  {
    sin: "detaches the neighbour when asked twice",
    breaks: ["NET-2"],
    layer: sinning((network) => ({
      detach: (attachment) =>
        Effect.flatMap(Effect.orDie(network.attached), (held) => {
          const own = held.find(({ container }) => container === attachment.container)
          return network.detach(own ?? held[0] ?? attachment)
        })
    }))
  },
  {
    sin: "forgets to detach",
    breaks: ["NET-3", "NET-5", "NET-12"],
    layer: sinning(() => ({ detach: () => Effect.void }))
  },
  {
    sin: "takes a container that asks again for another one",
    breaks: ["NET-7"],
    layer: sinning((network) => {
      let asked = 0
      return {
        attach: (request) =>
          network.attach(
            request.network === "bridge" && request.container === "law1" && asked++ > 0
              ? { ...request, container: `again${asked}`, ports: [] }
              : request
          )
      }
    })
  },
  {
    sin: "keeps everything on a reset",
    breaks: ["NET-14"],
    layer: sinning(() => ({ reset: Effect.void }))
  },
  {
    sin: "attaches to the default network whatever was asked for",
    breaks: ["NET-11", "NET-12"],
    layer: sinning((network) => ({ attach: (request) => network.attach({ ...request, network: "bridge" }) }))
  },
  {
    sin: "dawdles after the address is leased, and forgets it when interrupted",
    breaks: ["NET-13"],
    layer: sinning((network) => ({
      attach: (request) =>
        Effect.zipLeft(
          network.attach(request),
          request.ports.length === 0 ? Effect.void : Effect.repeatN(Effect.yieldNow(), 20)
        )
    }))
  }
]
