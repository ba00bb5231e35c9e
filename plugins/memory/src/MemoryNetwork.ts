import {
  type Attachment,
  type AttachRequest,
  builtInNetworks,
  isBuiltIn,
  type Ipv6Network,
  Network,
  type NetworkInfo,
  type NetworkShape,
  type PortRequest,
  type PublishedPort
} from "@gantry/core/network/Network"
import {
  AddressesExhausted,
  type NetworkError,
  NetworkMissing,
  NetworkRefused,
  PortTaken
} from "@gantry/core/network/NetworkError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { findIpv6Place, makeIpv6 } from "./memory-ipv6.ts"

/** A network whose members count up from `<prefix>.2`; it has 253 of them. */
interface MemoryBridge {
  readonly info: NetworkInfo
  readonly prefix: string
}

const anyAddress = "0.0.0.0"

/** Networks that exist on paper: addresses and ports are handed out like real ones, and nobody can be reached there. */
export const make: Effect.Effect<NetworkShape> = Effect.sync(() => {
  const networks = new Map<string, MemoryBridge>()
  const held: Array<{ readonly request: AttachRequest; readonly attachment: Attachment }> = []
  let made = 0

  const add = (
    name: string,
    wish: Partial<Omit<NetworkInfo, "ipv6">> & { readonly ipv6?: Partial<Ipv6Network> }
  ): NetworkInfo => {
    const number = made++
    const subnet = wish.subnet ?? `10.${200 + Math.floor(number / 250)}.${number % 250}.0/24`
    const prefix = subnet.split(".").slice(0, 3).join(".")
    const info: NetworkInfo = {
      id: number.toString(16).padStart(64, "0"),
      name,
      driver: isBuiltIn(name) && name !== "bridge" ? name : "bridge",
      internal: wish.internal ?? false,
      labels: wish.labels ?? {},
      ...(wish.ipv6 === undefined ? {} : { ipv6: makeIpv6(number, wish.ipv6) }),
      ...(wish.range === undefined ? {} : { range: wish.range }),
      ...(wish.reserved === undefined ? {} : { reserved: wish.reserved }),
      ...(wish.options === undefined ? {} : { options: wish.options }),
      ...(name === "host" || name === "none" ? {} : { subnet, gateway: wish.gateway ?? `${prefix}.1` })
    }
    networks.set(name, { info, prefix })
    return info
  }
  for (const name of builtInNetworks) add(name, {})

  const find = (container: string, network: string) =>
    held.find(({ attachment }) => attachment.container === container && attachment.network === network)

  const rewrite = (entry: (typeof held)[number], ports: ReadonlyArray<PublishedPort>): void => {
    held[held.indexOf(entry)] = { ...entry, attachment: { ...entry.attachment, ports } }
  }

  const choose = (request: PortRequest, chosen: ReadonlyArray<PublishedPort>): PublishedPort | PortTaken => {
    const { containerPort, hostIp = anyAddress, protocol } = request
    const proxied = request.proxied === true ? { proxied: true as const } : {}
    const [first, last] = rangeOf(request)
    for (let hostPort = first; hostPort <= last; hostPort++) {
      const port: PublishedPort = { hostIp, hostPort, containerPort, protocol, ...proxied }
      if (holderOf(port) === undefined && !chosen.some((each) => clash(each, port))) return port
    }
    const holder = holderOf({ hostIp, hostPort: first, containerPort, protocol })
    const named = holder === undefined ? {} : { holder: `container ${holder}` }
    return new PortTaken({ address: hostIp, port: first, protocol, ...named })
  }

  const holderOf = (port: PublishedPort): string | undefined =>
    held.find(({ attachment }) => attachment.ports.some((each) => clash(each, port)))?.request.containerName

  const attachToBridge = (bridge: MemoryBridge, request: AttachRequest): Attachment | NetworkError => {
    const { container } = request
    const { gateway, internal, name, subnet = "" } = bridge.info
    const ports: Array<PublishedPort> = []
    for (const each of request.ports) {
      const port = choose(each, ports)
      if (port instanceof PortTaken) return port
      ports.push(port)
    }
    const members = held.map(({ attachment }) => attachment).filter(({ network }) => network === name)
    const taken = new Set(members.map(({ address }) => address))
    const all = Array.from({ length: 253 }, (_, index) => `${bridge.prefix}.${index + 2}`)
    const reserved = Object.values(bridge.info.reserved ?? {})
    const free = all.filter((each) => each !== gateway && !taken.has(each) && !reserved.includes(each))
    const { range = subnet } = bridge.info
    const address = request.address ?? free.find((each) => isIn(range, each))
    if (address === undefined) return new AddressesExhausted({ network: name, subnet })
    if (!free.includes(address)) {
      return new NetworkRefused({
        action: `give ${request.containerName} the address ${address}`,
        why: "it is not free"
      })
    }
    const six = findIpv6Place(
      bridge.info,
      request,
      members.map(({ ipv6 }) => ipv6?.address)
    )
    if (six !== undefined && "_tag" in six) return six
    const last = Number(address.split(".").at(-1)).toString(16).padStart(2, "0")
    const mac = request.mac?.toLowerCase() ?? `02:42:00:00:00:${last}`
    const way = internal || gateway === undefined ? {} : { gateway }
    const place = { address, prefixLength: 24, mac, ...way, ...(six === undefined ? {} : { ipv6: six }) }
    const link = `mem${held.length}`
    return {
      driver: "bridge",
      network: name,
      networkId: bridge.info.id,
      container,
      ...place,
      ports,
      wiring: [{ type: "veth", bridge: "memory0", link, name: request.link ?? "eth0", ...place }]
    }
  }

  return {
    abilities: { ipv6: true },
    attach: (request) =>
      Effect.suspend((): Effect.Effect<Attachment, NetworkError> => {
        const { container } = request
        const bridge =
          networks.get(request.network) ?? [...networks.values()].find(({ info }) => info.id === request.network)
        const network = bridge?.info.name ?? request.network
        if (bridge === undefined) return new NetworkMissing({ network })
        const { driver } = bridge.info
        if (driver !== "bridge") {
          const wiring = driver === "host" ? [{ type: "host" as const }] : []
          return Effect.succeed<Attachment>({ driver, network, container, ports: [], wiring })
        }
        const known = find(container, network)
        if (known !== undefined) return Effect.succeed(known.attachment)
        const attachment = attachToBridge(bridge, request)
        if (!("container" in attachment)) return attachment
        held.push({ request, attachment })
        return Effect.succeed(attachment)
      }),
    detach: ({ container, network }) =>
      Effect.sync(() => {
        const known = find(container, network)
        if (known !== undefined) held.splice(held.indexOf(known), 1)
      }),
    publish: ({ container, containerName, network, ports }) =>
      Effect.suspend((): Effect.Effect<ReadonlyArray<PublishedPort>, PortTaken | NetworkRefused> => {
        const known = find(container, network)
        if (known === undefined) return new NetworkRefused(notIn(containerName, network))
        const chosen: Array<PublishedPort> = []
        for (const each of ports) {
          const port = choose(each, chosen)
          if (port instanceof PortTaken) return port
          chosen.push(port)
        }
        rewrite(known, [...known.attachment.ports, ...chosen])
        return Effect.succeed(chosen)
      }),
    unpublish: ({ container, network, ports }) =>
      Effect.sync(() => {
        const known = find(container, network)
        if (known === undefined) return
        rewrite(
          known,
          known.attachment.ports.filter((port) => !ports.some((each) => samePort(each, port)))
        )
      }),
    create: ({ name, ...wish }) =>
      Effect.suspend(() =>
        networks.has(name)
          ? new NetworkRefused({ action: `create network ${name}`, why: "a network of that name exists" })
          : Effect.succeed(add(name, wish))
      ),
    remove: (name) =>
      Effect.suspend((): Effect.Effect<void, NetworkMissing | NetworkRefused> => {
        const action = `remove network ${name}`
        if (isBuiltIn(name)) return new NetworkRefused({ action, why: "it always exists" })
        if (!networks.has(name)) return new NetworkMissing({ network: name })
        const users = held.filter(({ attachment }) => attachment.network === name)
        if (users.length > 0) {
          const names = users.map(({ request }) => request.containerName).join(", ")
          return new NetworkRefused({ action, why: `it is in use by ${names}` })
        }
        networks.delete(name)
        return Effect.void
      }),
    list: Effect.sync(() => [...networks.values()].map(({ info }) => info)),
    attached: Effect.sync(() =>
      held
        .filter(({ request }) => request.transient !== true)
        .map(({ attachment: { container, network, ports } }) => ({ container, network, ports }))
    ),
    probe: (request) =>
      Effect.suspend(() => {
        const chosen = choose(request, [])
        return chosen instanceof PortTaken ? chosen : Effect.void
      }),
    reset: Effect.sync(() => {
      held.length = 0
      for (const name of networks.keys()) if (!isBuiltIn(name)) networks.delete(name)
    })
  }
})

/** Whether a range of at most 256 addresses has this one: all others are equal but for their last numbers. */
const isIn = (range: string, address: string): boolean => {
  const [base = "", prefix = "24"] = range.split("/")
  const last = (text: string) => Number(text.split(".").at(-1))
  return last(address) >= last(base) && last(address) < last(base) + 2 ** (32 - Number(prefix))
}

const notIn = (container: string, network: string) => ({
  action: `publish ports of ${container}`,
  why: `it is not in network ${network}`
})

const samePort = (a: PublishedPort, b: PublishedPort): boolean =>
  a.hostIp === b.hostIp && a.hostPort === b.hostPort && a.containerPort === b.containerPort && a.protocol === b.protocol

/** First and last host port that would do. */
const rangeOf = ({ hostPort }: PortRequest): readonly [number, number] => {
  if (hostPort === undefined || hostPort === 0) return [32_768, 60_999]
  return typeof hostPort === "number" ? [hostPort, hostPort] : [hostPort.first, hostPort.last]
}

const clash = (a: PublishedPort, b: PublishedPort): boolean =>
  a.protocol === b.protocol &&
  a.hostPort === b.hostPort &&
  (a.hostIp === b.hostIp || a.hostIp === anyAddress || b.hostIp === anyAddress)

/** Networks that are gone when the program ends. */
export const layer: Layer.Layer<Network> = Layer.effect(Network, make)
