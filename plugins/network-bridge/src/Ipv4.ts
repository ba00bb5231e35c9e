/** An IPv4 address as an unsigned 32-bit number. */
export type Address = number

/** A range of addresses that share their first bits. `base` has no bits after the prefix. */
export interface Subnet {
  readonly base: Address
  /** Number of leading bits, 0 to 32. */
  readonly prefix: number
}

/** Reads dotted decimal notation; none for anything else, leading zeros included, which some programs take as octal. */
export const parseAddress = (text: string): Address | undefined => {
  const parts = text.split(".")
  if (parts.length !== 4) return undefined
  let address = 0
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    address = address * 256 + Number(part)
  }
  return address
}

/** Dotted decimal notation. */
export const formatAddress = (address: Address): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`

/** The number of addresses in the subnet, first and last included. */
export const sizeOf = ({ prefix }: Subnet): number => 2 ** (32 - prefix)

/** The subnet of that many leading bits around an address. */
export const subnetOf = (address: Address, prefix: number): Subnet => {
  const size = 2 ** (32 - prefix)
  return { base: Math.floor(address / size) * size, prefix }
}

/** Reads `172.17.0.0/20`; none when malformed. Bits after the prefix are dropped, as routes do. */
export const parseSubnet = (text: string): Subnet | undefined => {
  const [before, after, ...rest] = text.split("/")
  if (before === undefined || after === undefined || rest.length > 0 || !/^\d{1,2}$/.test(after)) return undefined
  const address = parseAddress(before)
  const prefix = Number(after)
  return address === undefined || prefix > 32 ? undefined : subnetOf(address, prefix)
}

/** CIDR notation. */
export const formatSubnet = ({ base, prefix }: Subnet): string => `${formatAddress(base)}/${prefix}`

/** Whether the subnet holds the address. */
export const contains = (subnet: Subnet, address: Address): boolean =>
  address >= subnet.base && address < subnet.base + sizeOf(subnet)

/** Whether two subnets share an address. */
export const overlap = (a: Subnet, b: Subnet): boolean => contains(a, b.base) || contains(b, a.base)
