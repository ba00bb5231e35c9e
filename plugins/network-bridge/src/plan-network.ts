import { randomBytes } from "node:crypto"
import { AddressesExhausted, NetworkRefused } from "@gantry/core/network/NetworkError"
import { defaultGateway, usable } from "./choose-address.ts"
import { chooseSubnet, poolNames } from "./choose-subnet.ts"
import { formatAddress, formatSubnet, overlap, parseAddress, parseSubnet, type Subnet } from "./Ipv4.ts"
import { bridgeName } from "./names.ts"
import type { NetworkRow } from "./tables.ts"

/** A network as asked for. */
export interface NewNetwork {
  readonly name: string
  /** 64 hex digits; random when absent. */
  readonly id?: string
  readonly subnet?: string
  readonly gateway?: string
  readonly internal?: boolean
  readonly labels?: { readonly [name: string]: string }
}

/** What is there already. */
export interface Surroundings {
  readonly instance: string
  readonly networks: ReadonlyArray<NetworkRow>
  /** Ranges of the host, those of its networks included. */
  readonly taken: ReadonlyArray<Subnet>
  /** Bytes of the longest packet that every way out takes whole. */
  readonly mtu: number | undefined
}

/** What links of containers have unless told otherwise. */
const usualMtu = 1500

/** A network needs an address for the host and one for a container besides its first and last. */
const longestPrefix = 30

/** Makes all choices about a new network, or says what is wrong with the wish. */
export const planNetwork = (
  request: NewNetwork,
  { instance, mtu, networks, taken }: Surroundings
): NetworkRow | AddressesExhausted | NetworkRefused => {
  const { name } = request
  const refuse = (why: string) => new NetworkRefused({ action: `create network ${name}`, why })
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) return refuse("names are made of letters, digits, _ . and -")
  const others = networks.flatMap((each) => {
    const subnet = parseSubnet(each.subnet)
    return subnet === undefined ? [] : [{ what: `network ${each.name}`, subnet }]
  })
  const hosts = taken
    .filter(({ prefix }) => prefix > 0)
    .map((subnet) => ({ what: "a route or address of this host", subnet }))

  const wish = request.subnet === undefined ? undefined : parseSubnet(request.subnet)
  if (request.subnet !== undefined) {
    if (wish === undefined || wish.prefix > longestPrefix || wish.prefix < 8) {
      return refuse(`${request.subnet} is not an IPv4 subnet of 4 to 16777216 addresses`)
    }
    const other = [...others, ...hosts].find((each) => overlap(each.subnet, wish))
    if (other !== undefined)
      return refuse(`${request.subnet} overlaps with ${other.what} (${formatSubnet(other.subnet)})`)
  }
  const subnet = wish ?? chooseSubnet([...others, ...hosts].map((each) => each.subnet))
  if (subnet === undefined) return new AddressesExhausted({ network: name, subnet: poolNames })

  const gateway = request.gateway === undefined ? defaultGateway(subnet) : parseAddress(request.gateway)
  if (gateway === undefined || !usable(subnet, -1, gateway)) {
    return refuse(`gateway ${request.gateway} is not an address of ${formatSubnet(subnet)}`)
  }
  return {
    id: request.id ?? randomBytes(32).toString("hex"),
    name,
    subnet: formatSubnet(subnet),
    gateway: formatAddress(gateway),
    bridge: bridgeName(
      instance,
      networks.map((each) => each.bridge)
    ),
    internal: request.internal ?? false,
    labels: request.labels ?? {},
    ...(mtu !== undefined && mtu < usualMtu ? { mtu } : {})
  }
}
