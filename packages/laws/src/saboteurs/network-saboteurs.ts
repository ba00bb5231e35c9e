import { type Attachment, Network, type NetworkShape, type PublishedPort } from "@gantry/core/network/Network"
import { PortTaken } from "@gantry/core/network/NetworkError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Saboteur } from "../Saboteur.ts"

/** Gives an attachment another address, wherever it says one. */
const moved = (attachment: Attachment, address: string): Attachment => ({ ...attachment, address })

/** Networks with one sin each, made from an honest one. */
export const networkSaboteurs = (honest: Layer.Layer<Network>): ReadonlyArray<Saboteur<Network>> => {
  const sinning = (sin: (network: NetworkShape) => Partial<NetworkShape>): Layer.Layer<Network> =>
    Layer.effect(
      Network,
      Effect.map(Network, (network) => ({ ...network, ...sin(network) }))
    ).pipe(Layer.provide(Layer.fresh(honest)))

  return [
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
      sin: "publishes a port that is taken",
      breaks: ["NET-4", "NET-8", "NET-9"],
      layer: sinning((network) => ({
        attach: (request) =>
          Effect.catchTag(network.attach(request), "PortTaken", () =>
            Effect.map(network.attach({ ...request, ports: [] }), (attachment) => ({
              ...attachment,
              ports: request.ports.map((port): PublishedPort => ({
                hostIp: port.hostIp ?? "0.0.0.0",
                hostPort: typeof port.hostPort === "number" ? port.hostPort : (port.hostPort?.first ?? 0),
                containerPort: port.containerPort,
                protocol: port.protocol
              }))
            }))
          )
      }))
    },
    {
      sin: "takes one address of the host for another port than all addresses",
      breaks: ["NET-4"],
      layer: sinning((network) => {
        const elsewhere = "203.0.113.1"
        return {
          attach: (request) => {
            const ports = request.ports.map((port) => ({ ...port, hostIp: port.hostIp ?? elsewhere }))
            return Effect.map(network.attach({ ...request, ports }), (attachment) => ({
              ...attachment,
              ports: attachment.ports.map((port) => ({
                ...port,
                hostIp: port.hostIp === elsewhere ? "0.0.0.0" : port.hostIp
              }))
            }))
          }
        }
      })
    },
    {
      sin: "never frees a port",
      breaks: ["NET-5"],
      layer: sinning((network) => {
        const used = new Set<number>()
        return {
          attach: (request) =>
            Effect.tap(
              Effect.suspend(() => {
                const port = request.ports.map(({ hostPort }) => hostPort).find((each) => used.has(Number(each)))
                return port === undefined
                  ? network.attach(request)
                  : new PortTaken({ address: "0.0.0.0", port: Number(port), protocol: "tcp" })
              }),
              ({ ports }) => Effect.sync(() => ports.forEach(({ hostPort }) => used.add(hostPort)))
            )
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
      sin: "keeps the address when a port is refused",
      breaks: ["NET-3", "NET-8"],
      layer: sinning((network) => ({
        attach: (request) =>
          Effect.tapErrorTag(network.attach(request), "PortTaken", () =>
            network.attach({ ...request, container: `${request.container}-lost`, ports: [] })
          )
      }))
    },
    {
      sin: "does not say who has the port",
      breaks: ["NET-9"],
      layer: sinning((network) => ({
        attach: (request) =>
          Effect.catchTag(
            network.attach(request),
            "PortTaken",
            ({ address, port, protocol }) => new PortTaken({ address, port, protocol })
          )
      }))
    },
    {
      sin: "answers every probe with yes",
      breaks: ["NET-9"],
      layer: sinning(() => ({ probe: () => Effect.void }))
    },
    {
      sin: "keeps everything on a reset",
      breaks: ["NET-14"],
      layer: sinning(() => ({ reset: Effect.void }))
    },
    {
      sin: "publishes everything as TCP",
      breaks: ["NET-10"],
      layer: sinning((network) => ({
        attach: (request) =>
          network.attach({ ...request, ports: request.ports.map((port) => ({ ...port, protocol: "tcp" })) })
      }))
    },
    {
      sin: "forgets the last port",
      breaks: ["NET-10"],
      layer: sinning((network) => ({
        attach: (request) => network.attach({ ...request, ports: request.ports.slice(0, -1) })
      }))
    },
    {
      sin: "attaches to the default network whatever was asked for",
      breaks: ["NET-11", "NET-12"],
      layer: sinning((network) => ({ attach: (request) => network.attach({ ...request, network: "bridge" }) }))
    },
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
      sin: "dawdles after the address is leased, and forgets it when interrupted",
      breaks: ["NET-13"],
      layer: sinning((network) => ({
        attach: (request) =>
          Effect.zipLeft(
            network.attach(request),
            request.ports.length === 0 ? Effect.void : Effect.repeatN(Effect.yieldNow(), 20)
          )
      }))
    },
    {
      sin: "keeps no account of ports that are published later",
      breaks: ["NET-15"],
      layer: sinning(() => ({
        publish: ({ ports }) =>
          Effect.succeed(ports.map((port) => ({ hostIp: "0.0.0.0", hostPort: 40_000, ...port }) as PublishedPort))
      }))
    },
    {
      sin: "publishes some of several ports when one is taken",
      breaks: ["NET-15"],
      layer: sinning((network) => ({
        publish: (request) =>
          Effect.map(
            Effect.forEach(request.ports, (port) => network.publish({ ...request, ports: [port] })),
            (made) => made.flat()
          )
      }))
    },
    {
      sin: "takes all ports back when asked for one",
      breaks: ["NET-16"],
      layer: sinning((network) => ({
        unpublish: (held) =>
          Effect.flatMap(network.attached, (all) =>
            Effect.forEach(all, (each) => (each.container === held.container ? network.unpublish(each) : Effect.void), {
              discard: true
            })
          )
      }))
    },
    {
      sin: "never takes a port back",
      breaks: ["NET-16"],
      layer: sinning(() => ({ unpublish: () => Effect.void }))
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
}
