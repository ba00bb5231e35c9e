import type { Attachment, PublishedPort, PublishRequest } from "@gantry/core/network/Network"
import { NetworkRefused, type PortTaken } from "@gantry/core/network/NetworkError"
import type { Transaction } from "@gantry/core/state/Database"
import * as Effect from "effect/Effect"
import { type AttachContext, mostAttempts, putInPlace } from "./attach.ts"
import { choosePorts, takenBy } from "./choose-ports.ts"
import { boundTo } from "./driver-options.ts"
import type { Host } from "./Host.ts"
import { clash, flexible, udpPorts } from "./port-choice.ts"
import * as Tables from "./tables.ts"

/** Publishes further ports of a container that has a lease in the network: all of them, or none. */
export const publishMore = (
  { read, write }: Pick<AttachContext, "read" | "write">,
  request: PublishRequest
): Effect.Effect<ReadonlyArray<PublishedPort>, PortTaken | NetworkRefused> =>
  Effect.gen(function* () {
    const action = `publish ports of ${request.containerName}`
    for (let attempt = 1; ; attempt++) {
      const { held, network } = yield* read(action, (tx) => ({
        held: Tables.ports(tx),
        network: Tables.findNetwork(tx, request.network)
      }))
      const ports = yield* choosePorts(boundTo(network, request.ports), held)
      const problem = yield* Effect.uninterruptible(write(action, (tx, host) => record(tx, host, request, ports)))
      if (problem === undefined) return ports
      if (problem._tag !== "PortTaken" || !request.ports.some(flexible) || attempt === mostAttempts)
        return yield* problem
    }
  })

/** Writes the ports down and puts them on the host, as one step. A returned error has changed nothing. */
const record = (
  tx: Transaction,
  host: Host,
  { container, containerName, network: name }: PublishRequest,
  ports: ReadonlyArray<PublishedPort>
): PortTaken | NetworkRefused | undefined => {
  const network = Tables.findNetwork(tx, name)
  const lease = network === undefined ? undefined : Tables.findLease(tx, network.id, container)
  if (network === undefined || lease === undefined) {
    return new NetworkRefused({ action: `publish ports of ${containerName}`, why: `it is not in network ${name}` })
  }
  const held = Tables.ports(tx)
  for (const port of ports) {
    const other = held.find((each) => clash(each, port))
    if (other !== undefined) return takenBy(port, other)
  }
  for (const port of ports) {
    Tables.insertPort(tx, { ...port, network: network.id, container, address: lease.address })
  }
  const fresh = Tables.ports(tx, { network: network.id, container }).filter((row) =>
    ports.some((port) => clash(row, port))
  )
  putInPlace(tx, host, network, fresh)
  return undefined
}

/** Gives back some of a container's ports, and makes the rules say what the records say. Ports of others are left alone. */
export const unpublishSome = (
  { write }: Pick<AttachContext, "write">,
  { container, network: name, ports }: Pick<Attachment, "network" | "container" | "ports">
): Effect.Effect<void, NetworkRefused> =>
  Effect.uninterruptible(
    write(`take back ports of ${container}`, (tx, host) => {
      const network = Tables.findNetwork(tx, name)
      if (network === undefined) return
      const of = { network: network.id, container }
      const going = Tables.ports(tx, of).filter((row) =>
        ports.some(
          (port) =>
            port.hostIp === row.hostIp &&
            port.hostPort === row.hostPort &&
            port.protocol === row.protocol &&
            port.containerPort === row.containerPort
        )
      )
      for (const port of going) Tables.deletePort(tx, of, port)
      // Not element by element: who was killed between rules and records may have left others besides.
      host.applyRules(Tables.allNetworks(tx), Tables.ports(tx))
      host.filter.forgetFlows(udpPorts(going))
    })
  )
