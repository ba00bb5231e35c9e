import type { PublishedPort } from "@gantry/core/network/Network"
import type { Family } from "./Filter.ts"
import { formatAddress6, parseAddress6 } from "./Ipv6.ts"
import { anyAddress } from "./port-choice.ts"

/** A published port and where it leads. */
export interface Element extends PublishedPort {
  /** IPv4 address of the container. */
  readonly address: string
  /** IPv6 address of the container, when it has one. */
  readonly address6?: string
}

/** One entry of a map of the packet filter: what is sent to a port of the host goes to a port of a container. */
export interface Translation {
  readonly family: Family
  readonly protocol: PublishedPort["protocol"]
  /** Address of the host; absent for all. */
  readonly hostIp?: string
  readonly hostPort: number
  /** Of the container. */
  readonly address: string
  readonly containerPort: number
}

/**
 * What the kernel does for a published port. An IPv6 address cannot lead to an IPv4 one, and what is sent to `::1` never
 * leaves the host: there the supervisor carries the bytes, and the kernel does nothing. The same goes for a port that is to
 * be proxied.
 */
export const translations = ({
  address,
  address6,
  containerPort,
  hostIp,
  hostPort,
  protocol,
  proxied
}: Element): ReadonlyArray<Translation> => {
  if (proxied === true) return []
  const port = { protocol, hostPort, containerPort }
  const six = address6 === undefined ? [] : [{ ...port, family: "ip6" as const, address: address6 }]
  if (hostIp === anyAddress) return [{ ...port, family: "ip", address }, ...six]
  if (!hostIp.includes(":")) return [{ ...port, family: "ip", address, hostIp }]
  const parsed = parseAddress6(hostIp)
  if (parsed === undefined || parsed === 1n) return []
  return six.map((each) => ({ ...each, hostIp: formatAddress6(parsed) }))
}
