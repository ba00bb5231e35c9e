import { readFileSync } from "node:fs"
import type { Socket } from "node:net"

/**
 * Bytes that a connection was given and that its other end, on this machine, has not read: they lie in the kernel, on
 * either side.
 */
export const unread = ({ localPort, remotePort }: Pick<Socket, "localPort" | "remotePort">): number => {
  let bytes = 0
  for (const line of readFileSync("/proc/self/net/tcp", "utf8").split("\n").slice(1)) {
    const [, local, remote, , queues = ""] = line.trim().split(/\s+/)
    const [from, to] = [portOf(local), portOf(remote)]
    const [unsent = 0, waiting = 0] = queues.split(":").map((each) => Number.parseInt(each, 16))
    if (from === localPort && to === remotePort) bytes += unsent
    if (from === remotePort && to === localPort) bytes += waiting
  }
  return bytes
}

const portOf = (address: string | undefined): number => Number.parseInt(address?.split(":")[1] ?? "0", 16)
