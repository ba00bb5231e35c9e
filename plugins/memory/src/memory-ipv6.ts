import type { AttachRequest, Ipv6Network, NetworkInfo } from "@gantry/core/network/Network"
import { AddressesExhausted, NetworkRefused } from "@gantry/core/network/NetworkError"
import type { Ipv6Place } from "@gantry/core/network/Wiring"

/** `fd00:7::` of `fd00:7::/64`: what all addresses of a network begin with. */
const prefixOf = (subnet: string): string => subnet.split("/")[0] ?? ""

/** The IPv6 half of the network with that number, as far as it was not asked for. Subnets end in `::/64`. */
export const makeIpv6 = (number: number, wish: Partial<Ipv6Network>): Ipv6Network => {
  const subnet = wish.subnet ?? `fd00:${number.toString(16)}::/64`
  return { ...wish, subnet, gateway: wish.gateway ?? `${prefixOf(subnet)}1` }
}

/**
 * The place of a container among those who have the addresses `taken`: the one that it asks for, or the lowest of the 254
 * that are given out. None in a network without IPv6.
 */
export const findIpv6Place = (
  { internal, ipv6, name }: NetworkInfo,
  { address6: wish, containerName }: Pick<AttachRequest, "address6" | "containerName">,
  taken: ReadonlyArray<string | undefined>
): Ipv6Place | undefined | AddressesExhausted | NetworkRefused => {
  const refuse = (why: string) => new NetworkRefused({ action: `give ${containerName} the address ${wish}`, why })
  if (ipv6 === undefined) return wish === undefined ? undefined : refuse(`network ${name} has no IPv6 addresses`)
  const { gateway, range, reserved = {}, subnet } = ipv6
  const prefix = prefixOf(subnet)
  const isFree = (address: string) =>
    address.startsWith(prefix) &&
    address !== prefix &&
    ![gateway, ...Object.values(reserved), ...taken].includes(address)
  const all = Array.from({ length: 254 }, (_, index) => `${prefix}${(index + 2).toString(16)}`)
  const given = range === undefined ? all : all.filter((each) => isInRange(range, each))
  const address = wish?.toLowerCase() ?? given.find(isFree)
  if (address === undefined) return new AddressesExhausted({ network: name, subnet: range ?? subnet })
  if (!isFree(address)) return refuse("it is not free")
  return { address, prefixLength: 64, ...(internal ? {} : { gateway }) }
}

/** Whether a range of at most 65536 addresses has this one: all others are equal but for their last groups. */
const isInRange = (range: string, address: string): boolean => {
  const [base = "", prefix = ""] = range.split("/")
  const last = (text: string) => Number.parseInt(text.slice(text.lastIndexOf(":") + 1) || "0", 16)
  return last(address) >= last(base) && last(address) < last(base) + 2 ** (128 - Number(prefix))
}
