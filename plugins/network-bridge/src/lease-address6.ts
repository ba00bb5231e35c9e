import type { AttachRequest } from "@gantry/core/network/Network"
import { AddressesExhausted, NetworkRefused } from "@gantry/core/network/NetworkError"
import type { Transaction } from "@gantry/core/state/Database"
import { lowestFree6, usable6 } from "./choose-address6.ts"
import { formatAddress6, parseAddress6, parseSubnet6 } from "./Ipv6.ts"
import * as Tables from "./tables.ts"

/** The IPv6 address that a container gets in a network; none in a network without IPv6. Leases nothing yet. */
export const chooseAddress6 = (
  tx: Transaction,
  network: Tables.NetworkRow,
  { address6: wish, containerName }: Pick<AttachRequest, "address6" | "containerName">
): string | undefined | AddressesExhausted | NetworkRefused => {
  const refuse = (why: string) => new NetworkRefused({ action: `give ${containerName} the address ${wish}`, why })
  const { ipv6, name } = network
  if (ipv6 === undefined) return wish === undefined ? undefined : refuse(`network ${name} has no IPv6 addresses`)
  const subnet = parseSubnet6(ipv6.subnet)
  const gateway = parseAddress6(ipv6.gateway)
  if (subnet === undefined || gateway === undefined)
    throw new Error(`network ${name} has no valid IPv6 subnet on record`)
  const leases = Tables.leases(tx, network.id)
  const reserved = Object.entries(ipv6.reserved ?? {})
  if (wish !== undefined) {
    const parsed = parseAddress6(wish)
    if (parsed === gateway) return refuse("it is the gateway's")
    if (parsed === undefined || !usable6(subnet, gateway, parsed)) {
      return refuse(`containers of network ${name} have addresses in ${ipv6.subnet}`)
    }
    const address = formatAddress6(parsed)
    const [purpose] = reserved.find(([, each]) => each === address) ?? []
    if (purpose !== undefined) return refuse(`it is reserved for ${purpose}`)
    const other = leases.find((lease) => lease.address6 === address)
    return other === undefined ? address : refuse(`container ${other.containerName} has it`)
  }
  const taken = [...leases.map(({ address6 = "" }) => address6), ...reserved.map(([, address]) => address)]
  const part = ipv6.range === undefined ? subnet : (parseSubnet6(ipv6.range) ?? subnet)
  const free = lowestFree6(
    subnet,
    gateway,
    taken.flatMap((each) => parseAddress6(each) ?? []),
    part
  )
  return free === undefined
    ? new AddressesExhausted({ network: name, subnet: ipv6.range ?? ipv6.subnet })
    : formatAddress6(free)
}
