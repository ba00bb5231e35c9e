import type { AddressPlan, Ipv6Network } from "@gantry/core/network/Network"
import { AddressesExhausted } from "@gantry/core/network/NetworkError"
import { defaultGateway6, usable6 } from "./choose-address6.ts"
import { chooseSubnet6, poolName6, unfit6 } from "./choose-subnet6.ts"
import {
  contains6,
  formatAddress6,
  formatSubnet6,
  overlap6,
  parseAddress6,
  parseSubnet6,
  type Subnet6
} from "./Ipv6.ts"

/** What is there already, as far as IPv6 is concerned. Ranges are in CIDR form. */
export interface Surroundings6 {
  /** What no two hosts should have in common, for the choice of addresses. */
  readonly seed: string
  /** Why this host has no IPv6; undefined when it has. */
  readonly lack: string | undefined
  /** Ranges of other networks, by name. */
  readonly networks: ReadonlyArray<{ readonly name: string; readonly subnet: string }>
  /** Ranges of the host, those of its networks included. */
  readonly taken: ReadonlyArray<string>
  /** Ranges of networks that are gone, the last one last. */
  readonly freed: ReadonlyArray<string>
}

/** A network needs an address for the host and one for a container besides its first. */
const longestPrefix = 126

/** Bytes that each link must carry whole for IPv6. Spec: RFC 8200, 5. */
const leastMtu = 1280

/** Makes all choices about the IPv6 addresses of a new network, or says in words what is wrong with the wish. */
export const planIpv6 = (
  name: string,
  wish: Partial<Ipv6Network>,
  mtu: number,
  { freed, lack, networks, seed, taken }: Surroundings6
): Ipv6Network | AddressesExhausted | { readonly problem: string } => {
  if (lack !== undefined) return { problem: lack }
  if (mtu < leastMtu)
    return { problem: `IPv6 needs packets of ${leastMtu} bytes, and the MTU of the network is ${mtu}` }
  const others = networks.flatMap((each) => named(`network ${each.name}`, each.subnet))
  const hosts = taken
    .flatMap((each) => named("a route or address of this host", each))
    .filter(({ subnet }) => subnet.prefix > 0)

  const asked = wish.subnet === undefined ? undefined : parseSubnet6(wish.subnet)
  if (wish.subnet !== undefined) {
    if (asked === undefined || asked.prefix > longestPrefix || asked.prefix < 8) {
      return { problem: `${wish.subnet} is not an IPv6 subnet with a prefix of 8 to ${longestPrefix} bits` }
    }
    const unfit = unfit6(asked)
    if (unfit !== undefined) return { problem: `${wish.subnet} cannot be a network: ${unfit}` }
    const other = [...others, ...hosts].find((each) => overlap6(each.subnet, asked))
    if (other !== undefined)
      return { problem: `${wish.subnet} overlaps with ${other.what} (${formatSubnet6(other.subnet)})` }
  }
  const inUse = [...others, ...hosts].map(({ subnet }) => subnet)
  const subnet =
    asked ??
    chooseSubnet6(
      seed,
      inUse,
      freed.flatMap((each) => parseSubnet6(each) ?? [])
    )
  if (subnet === undefined) return new AddressesExhausted({ network: name, subnet: poolName6(seed) })

  const gateway = wish.gateway === undefined ? defaultGateway6(subnet) : parseAddress6(wish.gateway)
  if (gateway === undefined || !usable6(subnet, undefined, gateway)) {
    return { problem: `gateway ${wish.gateway} is not an address of ${formatSubnet6(subnet)}` }
  }
  const part = partOf(wish, subnet)
  if ("problem" in part) return part
  return { subnet: formatSubnet6(subnet), gateway: formatAddress6(gateway), ...part }
}

/** A range with who has it; nothing for what is no range of IPv6. */
const named = (what: string, text: string): ReadonlyArray<{ readonly what: string; readonly subnet: Subnet6 }> => {
  const subnet = parseSubnet6(text)
  return subnet === undefined ? [] : [{ what, subnet }]
}

/** What of the subnet is given out, spelled in one way, or what does not fit into it; Docker's sentences. */
const partOf = ({ range, reserved }: AddressPlan, subnet: Subnet6): AddressPlan | { readonly problem: string } => {
  const part = range === undefined ? undefined : parseSubnet6(range)
  if (range !== undefined && (part === undefined || part.prefix < subnet.prefix || !contains6(subnet, part.base))) {
    return { problem: `no matching subnet for range ${range}` }
  }
  const kept: Record<string, string> = {}
  for (const [purpose, text] of Object.entries(reserved ?? {})) {
    const address = parseAddress6(text)
    if (address === undefined || !contains6(subnet, address)) {
      return { problem: `no matching subnet for aux-address ${text}` }
    }
    kept[purpose] = formatAddress6(address)
  }
  return {
    ...(part === undefined ? {} : { range: formatSubnet6(part) }),
    ...(reserved === undefined ? {} : { reserved: kept })
  }
}
