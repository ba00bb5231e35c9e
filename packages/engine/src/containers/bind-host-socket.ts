import { readlinkSync } from "node:fs"
import type { PublishedPort } from "@gantry/core/network/Network"
import {
  AF_INET,
  AF_INET6,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET
} from "@gantry/linux/constants"
import { parseIPv4 } from "@gantry/linux/netlink/ipv4"
import { parseIPv6 } from "@gantry/linux/netlink/ipv6"
import type { Syscalls } from "@gantry/linux/Syscalls"
import type { HostSocket } from "../supervisor/host-socket.ts"
import { hostsOf, isWithoutAddress } from "../supervisor/hosts.ts"

/** Backlog of a socket that takes connections. */
const backlog = 511

/** Binds a socket to a published port, for a supervisor to take. Undefined for a protocol that no socket here speaks. */
export const bindHostSocket = (sys: Syscalls, port: PublishedPort): HostSocket | undefined => {
  if (port.protocol === "sctp") return undefined
  let failure: unknown
  for (const host of hostsOf(port.hostIp)) {
    try {
      return { pid: Number(readlinkSync("/proc/self")), fd: bound(sys, port, host), host }
    } catch (error) {
      failure = error
      if (!isWithoutAddress(error)) break
    }
  }
  const { code = "EIO", message } = failure as NodeJS.ErrnoException
  return { code, why: message }
}

const bound = (sys: Syscalls, { hostPort, protocol }: PublishedPort, host: string): number => {
  const connects = protocol === "tcp"
  const type = (connects ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK
  const fd = sys.socket(host.includes(":") ? AF_INET6 : AF_INET, type, 0)
  try {
    // What was closed a moment ago holds no port.
    if (connects) sys.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, new Uint8Array(new Uint32Array([1]).buffer))
    sys.bind(fd, socketAddress(host, hostPort))
    if (connects) sys.listen(fd, backlog)
    return fd
  } catch (error) {
    sys.close(fd)
    throw error
  }
}

/** struct sockaddr_in or sockaddr_in6. Spec: ip(7), ipv6(7). Pure. */
export const socketAddress = (host: string, port: number): Uint8Array => {
  const six = host.includes(":")
  const address = six ? parseIPv6(host) : parseIPv4(host)
  if (address === undefined) throw new Error(`${host} is no IP address`)
  const bytes = new Uint8Array(six ? 28 : 16)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, six ? AF_INET6 : AF_INET, true)
  view.setUint16(2, port)
  bytes.set(address, six ? 8 : 4)
  return bytes
}
