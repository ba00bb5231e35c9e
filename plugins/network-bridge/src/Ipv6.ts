import { formatIPv6, parseIPv6 } from "@gantry/linux/netlink/ipv6"

/** An IPv6 address as an unsigned 128-bit number. */
export type Address6 = bigint

/** A range of IPv6 addresses that share their first bits. `base` has no bits after the prefix. */
export interface Subnet6 {
  readonly base: Address6
  /** Number of leading bits, 0 to 128. */
  readonly prefix: number
}

/** Reads an address in any spelling; none for anything else, also with a zone. Spec: RFC 4291, 2.2. */
export const parseAddress6 = (text: string): Address6 | undefined => {
  const bytes = parseIPv6(text)
  return bytes === undefined ? undefined : BigInt(`0x${Buffer.from(bytes).toString("hex")}`)
}

/** The sixteen bytes of an address, the first ones first. */
export const bytesOf6 = (address: Address6): Uint8Array => Buffer.from(address.toString(16).padStart(32, "0"), "hex")

/** The one spelling of an address. Spec: RFC 5952. */
export const formatAddress6 = (address: Address6): string => formatIPv6(bytesOf6(address))

/** The number of addresses in the subnet. */
export const sizeOf6 = ({ prefix }: Subnet6): bigint => 1n << BigInt(128 - prefix)

/** The subnet of that many leading bits around an address. */
export const subnetOf6 = (address: Address6, prefix: number): Subnet6 => {
  const size = sizeOf6({ base: 0n, prefix })
  return { base: (address / size) * size, prefix }
}

/** Reads `fd00::/64`; none when malformed. Bits after the prefix are dropped, as routes do. */
export const parseSubnet6 = (text: string): Subnet6 | undefined => {
  const [before = "", after = "", ...rest] = text.split("/")
  if (rest.length > 0 || !/^\d{1,3}$/.test(after)) return undefined
  const address = parseAddress6(before)
  const prefix = Number(after)
  return address === undefined || prefix > 128 ? undefined : subnetOf6(address, prefix)
}

/** CIDR notation. */
export const formatSubnet6 = ({ base, prefix }: Subnet6): string => `${formatAddress6(base)}/${prefix}`

/** Whether the subnet holds the address. */
export const contains6 = (subnet: Subnet6, address: Address6): boolean =>
  address >= subnet.base && address < subnet.base + sizeOf6(subnet)

/** Whether two subnets share an address. */
export const overlap6 = (a: Subnet6, b: Subnet6): boolean => contains6(a, b.base) || contains6(b, a.base)
