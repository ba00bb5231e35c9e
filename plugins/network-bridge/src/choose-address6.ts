import { type Address6, sizeOf6, type Subnet6 } from "./Ipv6.ts"

/** The address of the host in a network: the one after the first. */
export const defaultGateway6 = ({ base }: Subnet6): Address6 => base + 1n

/**
 * Whether a container may have the address: not the first, which is any router's, and not the gateway's. There is no
 * broadcast address. Spec: RFC 4291, 2.6.1.
 */
export const usable6 = (subnet: Subnet6, gateway: Address6 | undefined, address: Address6): boolean =>
  address > subnet.base && address < subnet.base + sizeOf6(subnet) && address !== gateway

/**
 * The lowest address that nobody has, of a part of the network or of all of it. `taken` may be in any order. None when
 * there is none left.
 */
export const lowestFree6 = (
  subnet: Subnet6,
  gateway: Address6,
  taken: Iterable<Address6>,
  part: Subnet6 = subnet
): Address6 | undefined => {
  const known = new Set(taken)
  const end = part.base + sizeOf6(part)
  // As many steps as addresses are taken, and two more.
  for (let address = part.base; address < end; address++) {
    if (usable6(subnet, gateway, address) && !known.has(address)) return address
  }
  return undefined
}
