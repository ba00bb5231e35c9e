import { loadSyscallsSync } from "@gantry/linux/load"
import { askForwarder, askHolder, sweepAction, userNetwork } from "@gantry/linux/user-network"

/** A port of the real host, and where what comes there is to be sent in the user's network. */
export interface PortToForward {
  readonly protocol: "tcp" | "udp"
  /** IPv4, dotted. */
  readonly hostIp: string
  readonly hostPort: number
  readonly innerPort: number
}

/** Has a port of the real host lead into the user's network. Throws when it cannot be; returns how to take it back. */
export const forwardPort = ({ hostIp, hostPort, innerPort, protocol }: PortToForward): (() => void) => {
  if (hostIp.includes(":")) {
    const error = new Error("ports of ordinary users are published on IPv4 addresses only")
    throw Object.assign(error, { code: "EAFNOSUPPORT" })
  }
  const sys = loadSyscallsSync()
  const request = {
    execute: "add_hostfwd",
    arguments: {
      proto: protocol,
      host_addr: hostIp,
      host_port: hostPort,
      guest_addr: userNetwork.address,
      guest_port: innerPort
    }
  }
  let answer = askForwarder(sys, request)
  if (answer.error !== undefined) {
    // It may be held for a container that was killed.
    askHolder(sys, sweepAction)
    answer = askForwarder(sys, request)
  }
  const id = answer.return?.id
  if (id === undefined) {
    throw Object.assign(new Error(answer.error?.desc ?? "slirp4netns refused the port"), { code: "EADDRNOTAVAIL" })
  }
  return () => void askForwarder(sys, { execute: "remove_hostfwd", arguments: { id } })
}
