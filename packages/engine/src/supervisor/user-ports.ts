import { loadSyscallsSync } from "@gantry/linux/load"
import { askUnix } from "@gantry/linux/unix-socket"
import { besideHolder, portsSocket, userNetwork } from "@gantry/linux/user-network"

/** A port of the real host, and where what comes there is sent to in the user's network. */
export interface ForwardedPort {
  readonly protocol: "tcp" | "udp"
  /** IPv4, dotted. */
  readonly hostIp: string
  readonly hostPort: number
  readonly innerPort: number
}

/** What slirp4netns says. Spec: slirp4netns(1), API SOCKET. */
interface Answer {
  readonly return?: { readonly id?: number }
  readonly error?: { readonly desc?: string }
}

const ask = (request: object): Answer => {
  try {
    return JSON.parse(askUnix(loadSyscallsSync(), besideHolder(portsSocket), JSON.stringify(request))) as Answer
  } catch (error) {
    return { error: { desc: `slirp4netns takes no ports: ${error instanceof Error ? error.message : String(error)}` } }
  }
}

/** Has a port of the real host lead into the user's network. Throws when it cannot be; returns how to take it back. */
export const forwardPort = ({ hostIp, hostPort, innerPort, protocol }: ForwardedPort): (() => void) => {
  if (hostIp.includes(":")) {
    const error = new Error("ports of ordinary users are published on IPv4 addresses only")
    throw Object.assign(error, { code: "EAFNOSUPPORT" })
  }
  const { error, return: made } = ask({
    execute: "add_hostfwd",
    arguments: {
      proto: protocol,
      host_addr: hostIp,
      host_port: hostPort,
      guest_addr: userNetwork.address,
      guest_port: innerPort
    }
  })
  const id = made?.id
  if (id === undefined) {
    throw Object.assign(new Error(error?.desc ?? "slirp4netns refused the port"), { code: "EADDRNOTAVAIL" })
  }
  return () => void ask({ execute: "remove_hostfwd", arguments: { id } })
}
