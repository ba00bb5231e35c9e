import { randomBytes } from "node:crypto"
import type { Ipv6Network, NetworkPlan } from "@gantry/core/network/Network"
import { AddressesExhausted, NetworkRefused } from "@gantry/core/network/NetworkError"
import { defaultGateway, usable } from "./choose-address.ts"
import { chooseSubnet, poolNames } from "./choose-subnet.ts"
import { contains, formatAddress, formatSubnet, overlap, parseAddress, parseSubnet, type Subnet } from "./Ipv4.ts"
import { readDriverOptions } from "./driver-options.ts"
import { bridgeName } from "./names.ts"
import { planIpv6, type Surroundings6 } from "./plan-ipv6.ts"
import type { NetworkRow } from "./tables.ts"
import { usualMtu } from "./usual-mtu.ts"

/** A network as asked for. */
export interface NewNetwork extends NetworkPlan {
  readonly name: string
  /** 64 hex digits; random when absent. */
  readonly id?: string
  readonly subnet?: string
  readonly gateway?: string
  /** Present, even empty, in a network that is to have IPv6 addresses, too. */
  readonly ipv6?: Partial<Ipv6Network>
  readonly internal?: boolean
  readonly labels?: { readonly [name: string]: string }
}

/** What is there already. */
export interface Surroundings {
  readonly instance: string
  readonly networks: ReadonlyArray<NetworkRow>
  /** Ranges of the host, those of its networks included. */
  readonly taken: ReadonlyArray<Subnet>
  /** Ranges of both kinds of networks that are gone, in CIDR form, the last one last. */
  readonly freed: ReadonlyArray<string>
  /** What the host says of IPv6; asked only for a network that is to have it. */
  readonly ipv6: () => Pick<Surroundings6, "lack" | "seed" | "taken">
  /** Bytes of the longest packet that every way out takes whole. */
  readonly mtu: number | undefined
  /** What goes out is put together anew on the way, so that packets inside may be longer than usual, and are fewer then. */
  readonly reassembled: boolean
  /** Whether the host has a link of that name. */
  readonly hasLink: (name: string) => boolean
}

/** A network needs an address for the host and one for a container besides its first and last. */
const longestPrefix = 30

/** Makes all choices about a new network, or says what is wrong with the wish. */
export const planNetwork = (
  request: NewNetwork,
  { freed, hasLink, instance, ipv6, mtu, networks, reassembled, taken }: Surroundings
): NetworkRow | AddressesExhausted | NetworkRefused => {
  const { name, options, range, reserved } = request
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
  const inUse = [...others, ...hosts].map((each) => each.subnet)
  const subnet =
    wish ??
    chooseSubnet(
      inUse,
      freed.flatMap((each) => parseSubnet(each) ?? [])
    )
  if (subnet === undefined) return new AddressesExhausted({ network: name, subnet: poolNames })

  const gateway = request.gateway === undefined ? defaultGateway(subnet) : parseAddress(request.gateway)
  if (gateway === undefined || !usable(subnet, -1, gateway)) {
    return refuse(`gateway ${request.gateway} is not an address of ${formatSubnet(subnet)}`)
  }
  const problem = planProblem(request, subnet)
  if (problem !== undefined) return refuse(problem)
  const asked = readDriverOptions(options)
  if ("problem" in asked) return refuse(asked.problem)
  // Somebody else's link would be taken away with the network.
  if (asked.bridge !== undefined && hasLink(asked.bridge)) return refuse(`this host has a link ${asked.bridge}`)
  const packet = asked.mtu ?? (reassembled ? mtu : mtu && Math.min(mtu, usualMtu)) ?? usualMtu
  const six =
    request.ipv6 === undefined
      ? undefined
      : planIpv6(name, request.ipv6, packet, {
          ...ipv6(),
          freed,
          networks: networks.flatMap((each) =>
            each.ipv6 === undefined ? [] : [{ name: each.name, subnet: each.ipv6.subnet }]
          )
        })
  if (six !== undefined && "_tag" in six) return six
  if (six !== undefined && "problem" in six) return refuse(six.problem)
  return {
    id: request.id ?? randomBytes(32).toString("hex"),
    name,
    subnet: formatSubnet(subnet),
    gateway: formatAddress(gateway),
    bridge:
      asked.bridge ??
      bridgeName(
        instance,
        networks.map((each) => each.bridge)
      ),
    internal: request.internal ?? false,
    labels: request.labels ?? {},
    ...(packet !== usualMtu || asked.mtu !== undefined ? { mtu: packet } : {}),
    ...(six === undefined ? {} : { ipv6: six }),
    ...(range === undefined ? {} : { range }),
    ...(reserved === undefined ? {} : { reserved }),
    ...(options === undefined ? {} : { options })
  }
}

/** What does not fit into the subnet; Docker's sentences. */
const planProblem = ({ range, reserved = {} }: NetworkPlan, subnet: Subnet): string | undefined => {
  const part = range === undefined ? undefined : parseSubnet(range)
  if (range !== undefined && (part === undefined || part.prefix < subnet.prefix || !contains(subnet, part.base))) {
    return `no matching subnet for range ${range}`
  }
  const odd = Object.values(reserved).find((each) => !contains(subnet, parseAddress(each) ?? -1))
  return odd === undefined ? undefined : `no matching subnet for aux-address ${odd}`
}
