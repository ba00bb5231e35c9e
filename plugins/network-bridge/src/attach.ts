import type { Attachment, AttachRequest, Ipv6Network, PublishedPort } from "@gantry/core/network/Network"
import {
  AddressesExhausted,
  type NetworkError,
  NetworkMissing,
  NetworkRefused,
  type PortTaken
} from "@gantry/core/network/NetworkError"
import type { Ipv6Place } from "@gantry/core/network/Wiring"
import type { Transaction } from "@gantry/core/state/Database"
import { identify, isAlive } from "@gantry/linux/process-identity"
import * as Effect from "effect/Effect"
import { lowestFree, macOf, whyUnusable } from "./choose-address.ts"
import { choosePorts, takenBy } from "./choose-ports.ts"
import { boundTo, driverOptionsOf } from "./driver-options.ts"
import type { Host } from "./Host.ts"
import { type Address, formatAddress, parseAddress, parseSubnet } from "./Ipv4.ts"
import { parseSubnet6 } from "./Ipv6.ts"
import { chooseAddress6 } from "./lease-address6.ts"
import { linkName } from "./names.ts"
import { clash, flexible, udpPorts } from "./port-choice.ts"
import * as Tables from "./tables.ts"

/** What attaching needs from the service. */
export interface AttachContext {
  readonly instance: string
  readonly read: <A>(action: string, body: (tx: Transaction) => A) => Effect.Effect<A, NetworkRefused>
  readonly write: <A>(action: string, body: (tx: Transaction, host: Host) => A) => Effect.Effect<A, NetworkRefused>
  /** Creates the default network unless it is there. */
  readonly ensureDefault: Effect.Effect<unknown, AddressesExhausted | NetworkRefused>
}

/** Ports were free when looked at and taken when claimed. Each time somebody else got one, so this many are enough. */
export const mostAttempts = 50

/** Leases an address in the network of that name and publishes the ports. Nothing is left after a failure or an interruption. */
export const attachTo = (context: AttachContext, request: AttachRequest): Effect.Effect<Attachment, NetworkError> => {
  const { container, network: name } = request
  if (name === "none") return Effect.succeed({ driver: "none", network: name, container, ports: [], wiring: [] })
  if (name === "host") {
    const attachment: Attachment = { driver: "host", network: name, container, ports: [], wiring: [{ type: "host" }] }
    if (request.ports.length === 0) return Effect.succeed(attachment)
    return Effect.as(
      Effect.logWarning("published ports are discarded when a container uses the host's network"),
      attachment
    )
  }
  return attachToBridge(context, request)
}

const attachToBridge = (context: AttachContext, request: AttachRequest): Effect.Effect<Attachment, NetworkError> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const action = `attach ${request.containerName} to network ${request.network}`
      const found = yield* restore(context.read(action, (tx) => Tables.findNetwork(tx, request.network)))
      if (found === undefined) {
        if (request.network !== "bridge") return yield* new NetworkMissing({ network: request.network })
        yield* restore(context.ensureDefault)
      }
      for (let attempt = 1; ; attempt++) {
        const seen = yield* restore(context.read(action, (tx) => whatIsHeld(tx, request)))
        const ports = seen.mine ? [] : yield* restore(choosePorts(boundTo(found, request.ports), seen.ports))
        const claimed = yield* context.write(action, (tx, host) => claim(tx, host, request, ports, context.instance))
        if (claimed._tag === "Claimed") {
          // An interruption that came while the transaction ran is noticed here, where it can still be undone.
          const undo = Effect.ignore(context.write(action, (tx, host) => claimed.undo(tx, host)))
          return yield* Effect.onInterrupt(restore(Effect.succeed(claimed.attachment)), () => undo)
        }
        if (claimed._tag !== "PortTaken" || !request.ports.some(flexible) || attempt === mostAttempts)
          return yield* claimed
      }
    })
  )

/** Ports of all containers, and whether this one has its attachment already. */
const whatIsHeld = (tx: Transaction, { container, network: name }: AttachRequest) => {
  const network = Tables.findNetwork(tx, name)
  const mine = network !== undefined && Tables.findLease(tx, network.id, container) !== undefined
  return { mine, ports: Tables.ports(tx) }
}

interface Claimed {
  readonly _tag: "Claimed"
  readonly attachment: Attachment
  readonly undo: (tx: Transaction, host: Host) => void
}

type Claim = Claimed | AddressesExhausted | NetworkMissing | NetworkRefused | PortTaken

/**
 * Records the attachment and puts it on the host, as one step. A returned error has changed nothing; what is thrown
 * undoes the records.
 */
const claim = (
  tx: Transaction,
  host: Host,
  request: AttachRequest,
  ports: ReadonlyArray<PublishedPort>,
  instance: string
): Claim => {
  const { container, containerName } = request
  const network = Tables.findNetwork(tx, request.network)
  if (network === undefined) return new NetworkMissing({ network: request.network })
  forgetOrphans(tx, host)
  const known = Tables.findLease(tx, network.id, container)
  const address = known === undefined ? chooseAddress(tx, network, request) : known.address
  if (typeof address !== "string") return address
  const address6 = known === undefined ? chooseAddress6(tx, network, request) : known.address6
  if (typeof address6 === "object") return address6

  const held = Tables.ports(tx)
  for (const port of ports) {
    const other = held.find((each) => clash(each, port))
    if (known === undefined && other !== undefined) return takenBy(port, other)
  }
  if (known === undefined) {
    const owner = request.transient === true ? identify("self") : undefined
    const mac = request.mac === undefined ? {} : { mac: request.mac.toLowerCase() }
    const six = address6 === undefined ? {} : { address6 }
    const lease = { network: network.id, container, containerName, address, ...six, ...mac }
    Tables.insertLease(tx, owner === undefined ? lease : { ...lease, owner })
    for (const port of ports) Tables.insertPort(tx, { ...port, network: network.id, container, address })
  }
  const mine = Tables.ports(tx, { network: network.id, container })
  putInPlace(tx, host, network, mine)
  return {
    _tag: "Claimed",
    attachment: attachmentOf(network, {
      container,
      address,
      address6,
      ports: mine,
      link: linkName(instance, network.id, container),
      name: request.link ?? "eth0",
      mac: known?.mac ?? request.mac?.toLowerCase() ?? macOf(parseAddress(address) ?? 0)
    }),
    undo: (later, on) => {
      if (known !== undefined) return
      on.filter.delete(on.table, mine)
      Tables.deleteLease(later, network.id, container)
    }
  }
}

/** Leases of build steps whose build was killed: nobody else gives them back. */
const forgetOrphans = (tx: Transaction, host: Host): void => {
  for (const { container, network, owner } of Tables.leases(tx)) {
    if (owner === undefined || isAlive(owner)) continue
    host.filter.delete(host.table, Tables.ports(tx, { network, container }))
    Tables.deleteLease(tx, network, container)
  }
}

/** Puts what a network needs on the host, with the ports of one container, which are on record. */
export const putInPlace = (
  tx: Transaction,
  host: Host,
  network: Tables.NetworkRow,
  mine: ReadonlyArray<Tables.PortRow>
): void => {
  const all = Tables.allNetworks(tx)
  if (!host.ready(network, all) || !added(host, mine)) {
    host.bringUp(network)
    host.applyRules(all, Tables.ports(tx))
  }
  host.filter.forgetFlows(udpPorts(mine))
}

/** A port that leads elsewhere, left by a crash between rules and records, is in the way: all rules are made anew then. */
const added = (host: Host, ports: ReadonlyArray<Tables.PortRow>): boolean => {
  try {
    host.filter.add(host.table, ports)
    return true
  } catch {
    return false
  }
}

const chooseAddress = (
  tx: Transaction,
  network: Tables.NetworkRow,
  { address: wish, containerName }: AttachRequest
): string | AddressesExhausted | NetworkRefused => {
  const subnet = parseSubnet(network.subnet)
  const gateway = parseAddress(network.gateway)
  if (subnet === undefined || gateway === undefined)
    throw new Error(`network ${network.name} has no valid subnet on record`)
  const leases = Tables.leases(tx, network.id)
  const reserved = Object.entries(network.reserved ?? {})
  if (wish !== undefined) {
    const action = `give ${containerName} the address ${wish}`
    const parsed = parseAddress(wish)
    const why = parsed === undefined ? "outside" : whyUnusable(subnet, gateway, parsed)
    if (parsed === undefined || why === "outside") {
      const outside = `containers of network ${network.name} have addresses in ${network.subnet}`
      return new NetworkRefused({ action, why: outside })
    }
    if (why !== undefined) return new NetworkRefused({ action, why })
    const [purpose] = reserved.find(([, address]) => parseAddress(address) === parsed) ?? []
    if (purpose !== undefined) return new NetworkRefused({ action, why: `it is reserved for ${purpose}` })
    const other = leases.find((lease) => lease.address === formatAddress(parsed))
    return other === undefined
      ? formatAddress(parsed)
      : new NetworkRefused({ action, why: `container ${other.containerName} has it` })
  }
  const taken = [...leases.map(({ address }) => address), ...reserved.map(([, address]) => address)].flatMap(
    (each) => parseAddress(each) ?? []
  )
  const part = network.range === undefined ? subnet : parseSubnet(network.range)
  const free: Address | undefined = lowestFree(subnet, gateway, taken, part)
  return free === undefined
    ? new AddressesExhausted({ network: network.name, subnet: network.range ?? network.subnet })
    : formatAddress(free)
}

/** A port without where it leads. */
export const plainPort = ({ containerPort, hostIp, hostPort, protocol }: PublishedPort): PublishedPort => ({
  hostIp,
  hostPort,
  containerPort,
  protocol
})

const attachmentOf = (
  network: Tables.NetworkRow,
  place: {
    readonly container: string
    readonly address: string
    readonly address6: string | undefined
    readonly link: string
    /** Of the container's end. */
    readonly name: string
    readonly mac: string
    readonly ports: ReadonlyArray<Tables.PortRow>
  }
): Attachment => {
  const { address, address6, container, link, mac, name } = place
  const prefixLength = parseSubnet(network.subnet)?.prefix ?? 32
  // A network without a way out has no default route; the host still answers on its address.
  const way = network.internal ? {} : { gateway: network.gateway }
  const six =
    address6 === undefined || network.ipv6 === undefined ? {} : { ipv6: placeIn(network, network.ipv6, address6) }
  const together = driverOptionsOf(network.options).together ? {} : { apart: true as const }
  const size = network.mtu === undefined ? {} : { mtu: network.mtu }
  return {
    driver: "bridge",
    network: network.name,
    networkId: network.id,
    container,
    address,
    prefixLength,
    mac,
    ...way,
    ...six,
    ports: place.ports.map(plainPort),
    wiring: [
      {
        type: "veth",
        bridge: network.bridge,
        link,
        name,
        mac,
        address,
        prefixLength,
        ...way,
        ...six,
        ...size,
        ...together
      }
    ]
  }
}

const placeIn = ({ internal }: Tables.NetworkRow, { gateway, subnet }: Ipv6Network, address: string): Ipv6Place => ({
  address,
  prefixLength: parseSubnet6(subnet)?.prefix ?? 128,
  ...(internal ? {} : { gateway })
})
