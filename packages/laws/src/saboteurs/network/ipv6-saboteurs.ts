import type { Attachment, Network } from "@gantry/core/network/Network"
import type { Ipv6Place } from "@gantry/core/network/Wiring"
import * as Effect from "effect/Effect"
import type { Saboteur } from "../../Saboteur.ts"
import type { Sinning } from "./sinning.ts"

/** Gives an attachment another IPv6 place, wherever it says one. */
const moved = (attachment: Attachment, change: (place: Ipv6Place) => Ipv6Place): Attachment => ({
  ...attachment,
  ...(attachment.ipv6 === undefined ? {} : { ipv6: change(attachment.ipv6) }),
  wiring: attachment.wiring.map((each) =>
    each.type === "veth" && each.ipv6 !== undefined ? { ...each, ipv6: change(each.ipv6) } : each
  )
})

/** Networks whose IPv6 addresses are wrong. */
export const ipv6Saboteurs = (sinning: Sinning): ReadonlyArray<Saboteur<Network>> => [
  {
    sin: "gives everybody the first IPv6 address",
    breaks: ["NET-20"],
    layer: sinning((network) => {
      let first: string | undefined
      return {
        attach: (request) =>
          Effect.map(network.attach(request), (attachment) => {
            first ??= attachment.ipv6?.address
            return moved(attachment, (place) => ({ ...place, address: first ?? place.address }))
          })
      }
    })
  },
  {
    sin: "gives the host's IPv6 address away",
    breaks: ["NET-20"],
    layer: sinning((network) => ({
      attach: (request) =>
        Effect.map(network.attach(request), (attachment) =>
          moved(attachment, (place) => ({ ...place, address: place.gateway ?? place.address }))
        )
    }))
  },
  {
    sin: "forgets that a network was to have IPv6",
    breaks: ["NET-20", "NET-21"],
    layer: sinning((network) => ({
      create: (request) => {
        const { ipv6: _, ...rest } = request
        return network.create(rest)
      }
    }))
  },
  {
    sin: "gives IPv6 addresses in every network",
    breaks: ["NET-20"],
    layer: sinning((network) => ({
      attach: (request) =>
        Effect.map(network.attach(request), (attachment) => ({
          ipv6: { address: "fd00:bad::2", prefixLength: 64 },
          ...attachment
        }))
    }))
  },
  {
    sin: "says that it has IPv6 and refuses it",
    breaks: ["NET-20"],
    layer: sinning((network) => ({
      create: (request) => (request.ipv6 === undefined ? network.create(request) : Effect.dieMessage("no IPv6"))
    }))
  },
  {
    sin: "gives IPv6 addresses out from anywhere in a network",
    breaks: ["NET-21"],
    layer: sinning((network) => ({
      create: (request) => {
        if (request.ipv6 === undefined) return network.create(request)
        const { range, ...ipv6 } = request.ipv6
        return Effect.map(network.create({ ...request, ipv6 }), (made) => ({
          ...made,
          ...(made.ipv6 === undefined || range === undefined ? {} : { ipv6: { ...made.ipv6, range } })
        }))
      }
    }))
  },
  {
    sin: "gives reserved IPv6 addresses to whoever asks for them",
    breaks: ["NET-21"],
    layer: sinning((network) => ({
      create: (request) => {
        if (request.ipv6 === undefined) return network.create(request)
        const { reserved: _, ...ipv6 } = request.ipv6
        return network.create({ ...request, ipv6 })
      }
    }))
  },
  {
    sin: "takes wishes for IPv6 addresses for hints",
    breaks: ["NET-21"],
    layer: sinning((network) => ({
      attach: (request) => {
        const { address6: _, ...rest } = request
        return network.attach(rest)
      }
    }))
  },
  {
    sin: "gives an IPv6 address to everybody who asks for it",
    breaks: ["NET-21"],
    layer: sinning((network) => ({
      attach: ({ address6, ...request }) =>
        Effect.map(network.attach(request), (attachment) =>
          moved(attachment, (place) => ({ ...place, address: address6 ?? place.address }))
        )
    }))
  },
  {
    sin: "keeps an IPv6 address when it is given back",
    breaks: ["NET-21"],
    layer: sinning((network) => {
      const used = new Set<string>()
      return {
        attach: (request) =>
          Effect.suspend(() => {
            if (request.address6 !== undefined && used.has(request.address6)) return Effect.dieMessage("taken")
            return Effect.tap(network.attach(request), ({ ipv6 }) =>
              Effect.sync(() => ipv6 !== undefined && used.add(ipv6.address))
            )
          })
      }
    })
  },
  {
    sin: "shows a way out of a network that has none",
    breaks: ["NET-21"],
    layer: sinning((network) => ({
      attach: (request) =>
        Effect.map(network.attach(request), (attachment) =>
          moved(attachment, (place) => ({ gateway: "fd5a:7::fe", ...place }))
        )
    }))
  }
]
