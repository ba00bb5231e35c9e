import type { Network, PublishedPort } from "@gantry/core/network/Network"
import { PortTaken } from "@gantry/core/network/NetworkError"
import * as Effect from "effect/Effect"
import type { Saboteur } from "../../Saboteur.ts"
import type { Sinning } from "./sinning.ts"

/** Networks that publish ports wrongly. */
export const portSaboteurs = (sinning: Sinning): ReadonlyArray<Saboteur<Network>> => [
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
  }
]
