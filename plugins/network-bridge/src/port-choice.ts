import type { PortRequest, PublishedPort } from "@gantry/core/network/Network"
import { canonicalIPv6 } from "@gantry/linux/netlink/ipv6"

/** A place on the host where at most one container can answer. */
export type HostPort = Pick<PublishedPort, "hostIp" | "hostPort" | "protocol">

/** How all addresses of the host, IPv6 ones too, are written. */
export const anyAddress = "0.0.0.0"

/**
 * The address a request means, in one spelling: its own, or {@link anyAddress}. `::` and empty text mean all addresses
 * as well.
 */
export const hostIpOf = ({ hostIp = "" }: Pick<PortRequest, "hostIp">): string => {
  const bare = hostIp.replaceAll(/[[\]]/g, "")
  const one = bare.includes(":") ? (canonicalIPv6(bare) ?? bare) : bare
  return one === "" || one === "::" ? anyAddress : one
}

/** Whether two claims cannot be held at once: same protocol and port, and one address or all of them. */
export const clash = (a: HostPort, b: HostPort): boolean =>
  a.protocol === b.protocol &&
  a.hostPort === b.hostPort &&
  (a.hostIp === b.hostIp || a.hostIp === anyAddress || b.hostIp === anyAddress)

/** First and last port, both included. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** Reads `/proc/sys/net/ipv4/ip_local_port_range`; the kernel's default when it says something else. */
export const parsePortRange = (text: string): PortRange => {
  const [first, last] = text.trim().split(/\s+/).map(Number)
  const valid = first !== undefined && last !== undefined && first >= 1 && last <= 65_535 && first <= last
  return valid ? { first, last } : { first: 32_768, last: 60_999 }
}

/**
 * The host ports that would satisfy a request, in the order in which they are tried: the one, those of its range, or
 * all that the kernel hands out, beginning at a place given as a number from 0 to 1 and going round once.
 */
export function* candidatePorts(
  request: Pick<PortRequest, "hostPort">,
  ephemeral: PortRange,
  beginning: number
): Generator<number> {
  const { hostPort } = request
  if (typeof hostPort === "number" && hostPort !== 0) {
    yield hostPort
    return
  }
  const range = typeof hostPort === "object" ? hostPort : ephemeral
  const size = range.last - range.first + 1
  const offset = typeof hostPort === "object" ? 0 : Math.min(size - 1, Math.floor(beginning * size))
  for (let index = 0; index < size; index++) yield range.first + ((offset + index) % size)
}

/** Whether the request leaves the choice of the port to us, so that another one may be tried. */
export const flexible = ({ hostPort }: Pick<PortRequest, "hostPort">): boolean =>
  hostPort === undefined || hostPort === 0 || (typeof hostPort === "object" && hostPort.first !== hostPort.last)

/** Host ports of those that are UDP. */
export const udpPorts = (ports: ReadonlyArray<HostPort>): ReadonlyArray<number> =>
  ports.flatMap(({ hostPort, protocol }) => (protocol === "udp" ? [hostPort] : []))
