import { type Address, sizeOf, type Subnet } from "./Ipv4.ts"

/** The address of the host in a network: the first usable one. */
export const defaultGateway = ({ base }: Subnet): Address => base + 1

/** Whether a container may have the address: not the network's own, not the broadcast address, not the gateway's. */
export const usable = (subnet: Subnet, gateway: Address, address: Address): boolean =>
  whyUnusable(subnet, gateway, address) === undefined

/** What keeps an address of a network from containers; `outside` when it is none of its. */
export const whyUnusable = (
  subnet: Subnet,
  gateway: Address,
  address: Address
):
  | "outside"
  | "it is the gateway's"
  | "it is the network's own"
  | "it is the network's broadcast address"
  | undefined => {
  const last = subnet.base + sizeOf(subnet) - 1
  if (address < subnet.base || address > last) return "outside"
  if (address === gateway) return "it is the gateway's"
  if (address === subnet.base) return "it is the network's own"
  return address === last ? "it is the network's broadcast address" : undefined
}

/**
 * The lowest address that nobody has, of a part of the network or of all of it. `taken` may be in any order. None when
 * there is none left.
 */
export const lowestFree = (
  subnet: Subnet,
  gateway: Address,
  taken: Iterable<Address>,
  part: Subnet = subnet
): Address | undefined => {
  const known = new Set(taken)
  const end = part.base + sizeOf(part)
  for (let address = part.base; address < end; address++) {
    if (usable(subnet, gateway, address) && !known.has(address)) return address
  }
  return undefined
}

/**
 * The hardware address that goes with an address: locally administered, and the same whenever the address is leased
 * again, so that no neighbour remembers a wrong one.
 */
export const macOf = (address: Address): string =>
  ["02", "42", ...[24, 16, 8, 0].map((shift) => ((address >>> shift) & 255).toString(16).padStart(2, "0"))].join(":")
