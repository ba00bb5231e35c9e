import {
  AF_INET,
  F_SETFL,
  F_SETOWN,
  MSG_DONTWAIT,
  O_ASYNC,
  O_NONBLOCK,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM
} from "@gantry/linux/constants"
import { withLinks } from "@gantry/linux/netlink/link"
import { resolverAddress } from "../../networks/name-service.ts"
import { failedWith, SyscallError } from "@gantry/linux/SyscallError"
import type { Syscalls } from "@gantry/linux/Syscalls"

const port = 53
const addressLength = 16

/** struct sockaddr_in. */
const socketAddress = (): Uint8Array => {
  const bytes = new Uint8Array(addressLength)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF_INET, true)
  view.setUint16(2, port)
  bytes.set(resolverAddress.split(".").map(Number), 4)
  return bytes
}

/** The resolver's two sockets in a container's network. */
export interface ResolverSockets {
  readonly datagram: number
  readonly stream: number
}

/**
 * Opens the sockets in the network namespace that the thread is in now, whose loopback is switched on for them. No
 * runtime can wait for them, as they were not made by it: the kernel sends SIGIO instead when there is something to read.
 */
export const openSockets = (sys: Syscalls): ResolverSockets => {
  const opened: Array<number> = []
  const open = (kind: number): number => {
    const fd = sys.socket(AF_INET, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
    opened.push(fd)
    try {
      sys.bind(fd, socketAddress())
    } catch (error) {
      if (!failedWith(error, "EADDRINUSE")) throw error
      // Only what listens on all addresses of a container that had no resolver yet can be in the way.
      throw new Error(
        `a process in it listens on port ${port} of all addresses, where names of networks are answered`,
        {
          cause: error
        }
      )
    }
    return fd
  }
  try {
    // A socket that is bound before has no address of its own, and answers from another one than was asked.
    withLinks(sys, (links) => links.setLinkUp("lo"))
    const datagram = open(SOCK_DGRAM)
    const stream = open(SOCK_STREAM)
    sys.listen(stream, 16)
    for (const fd of opened) signalWhenReadable(sys, fd)
    return { datagram, stream }
  } catch (error) {
    for (const fd of opened) sys.close(fd)
    throw error
  }
}

/** From now on this process gets SIGIO when there is something to read. */
export const signalWhenReadable = (sys: Syscalls, fd: number): void => {
  sys.fcntl(fd, F_SETOWN, process.pid)
  sys.fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC)
}

/** A question that came in a datagram. */
export interface Datagram {
  readonly bytes: Uint8Array
  readonly from: Uint8Array
}

const buffer = new Uint8Array(4096)

/** The next datagram; none when all were read. */
export const receive = (sys: Syscalls, fd: number): Datagram | undefined => {
  const from = new Uint8Array(addressLength)
  const length = tried(() => sys.recvfrom(fd, buffer, MSG_DONTWAIT, from))
  return length === undefined ? undefined : { bytes: buffer.slice(0, length), from }
}

/** What a system call gives, or nothing when the kernel has nothing now or the other side has gone. */
export const tried = <A>(call: () => A): A | undefined => {
  try {
    return call()
  } catch (error) {
    if (error instanceof SyscallError) return undefined
    throw error
  }
}
