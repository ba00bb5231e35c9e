import type { Attachment, Network } from "@gantry/core/network/Network"
import * as Effect from "effect/Effect"
import type { Saboteur } from "../../Saboteur.ts"
import type { Sinning } from "./sinning.ts"

/** Gives an attachment another address, wherever it says one. */
const moved = (attachment: Attachment, address: string): Attachment => ({ ...attachment, address })

/** Networks whose addresses are wrong. */
export const addressSaboteurs = (sinning: Sinning): ReadonlyArray<Saboteur<Network>> => [
  {
    sin: "gives everybody the first address",
    breaks: ["NET-1"],
    layer: sinning((network) => {
      let first: string | undefined
      return {
        attach: (request) =>
          Effect.map(network.attach(request), (attachment) => {
            first ??= attachment.address
            return first === undefined ? attachment : moved(attachment, first)
          })
      }
    })
  },
  {
    sin: "gives the host's address away",
    breaks: ["NET-6"],
    layer: sinning((network) => ({
      attach: (request) =>
        Effect.map(network.attach(request), (attachment) =>
          attachment.gateway === undefined ? attachment : moved(attachment, attachment.gateway)
        )
    }))
  },
  {
    sin: "gives away an address of another network",
    breaks: ["NET-6"],
    layer: sinning((network) => ({
      attach: (request) => Effect.map(network.attach(request), (attachment) => moved(attachment, "203.0.113.9"))
    }))
  },
  {
    sin: "gives addresses out from anywhere in a network",
    breaks: ["NET-19"],
    layer: sinning((network) => ({
      create: ({ range, ...request }) =>
        Effect.map(network.create(request), (made) => ({ ...made, ...(range === undefined ? {} : { range }) }))
    }))
  },
  {
    sin: "gives reserved addresses to whoever asks for them",
    breaks: ["NET-19"],
    layer: sinning((network) => ({
      create: (request) => {
        const { reserved: _, ...rest } = request
        return network.create(rest)
      }
    }))
  }
]
