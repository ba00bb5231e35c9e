import * as net from "node:net"
import type { PublishedPort } from "@gantry/core/network/Network"
import { holdUdp } from "./udp.ts"

/** A port that could not be held. */
export interface PortRefusal {
  readonly port: PublishedPort
  /** `EADDRINUSE` and the like. */
  readonly code: string
  readonly why: string
}

/** Ports that are taken on the host, and answered. */
export interface HeldPorts {
  readonly close: () => void
}

/**
 * Takes published ports on the host, so that nobody else gets them, and connects whoever reaches them to the same port
 * of the container. Most clients never come here: the kernel translates their address before.
 *
 * `address` is the container's. All are released when one is refused.
 */
export const holdPorts = async (
  ports: ReadonlyArray<PublishedPort>,
  address: string | undefined
): Promise<HeldPorts | PortRefusal> => {
  const held: Array<HeldPorts> = []
  const close = () => held.forEach((each) => each.close())
  for (const port of ports) {
    try {
      const hosts = hostsOf(port.hostIp)
      // In order: a refusal has to find everything before it in `held`.
      // oxlint-disable-next-line no-await-in-loop
      if (port.protocol === "tcp") held.push(await firstOf(hosts, (host) => holdTcp(port, host, address)))
      // oxlint-disable-next-line no-await-in-loop
      if (port.protocol === "udp") held.push(await firstOf(hosts, (host) => holdUdp(port, host, address)))
    } catch (error) {
      close()
      const { code = "EIO", message } = error as NodeJS.ErrnoException
      return { port, code, why: code === "EADDRINUSE" ? "address already in use" : message }
    }
  }
  return { close }
}

/** All addresses are those of IPv6 and IPv4 together, where the host has both. */
const hostsOf = (hostIp: string): ReadonlyArray<string> =>
  hostIp === "0.0.0.0" || hostIp === "" ? ["::", "0.0.0.0"] : [hostIp]

const firstOf = async <A>(hosts: ReadonlyArray<string>, hold: (host: string) => Promise<A>): Promise<A> => {
  const [host = "", next] = hosts
  try {
    return await hold(host)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (next === undefined || (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL")) throw error
    return hold(next)
  }
}

const holdTcp = (port: PublishedPort, host: string, address: string | undefined): Promise<HeldPorts> =>
  new Promise((resolve, reject) => {
    const open = new Set<net.Socket>()
    const server = net.createServer({ allowHalfOpen: true }, (client) => {
      if (address === undefined) {
        client.destroy()
        return
      }
      const inner = net.connect({ host: address, port: port.containerPort, allowHalfOpen: true })
      for (const [from, to] of [
        [client, inner],
        [inner, client]
      ] as const) {
        open.add(from)
        from.pipe(to)
        from.on("error", () => to.destroy())
        from.on("close", () => {
          open.delete(from)
          to.destroySoon()
        })
      }
    })
    server.once("error", reject)
    server.listen({ host, port: port.hostPort, exclusive: true }, () => {
      server.on("error", () => undefined)
      resolve({
        close: () => {
          server.close()
          open.forEach((socket) => socket.destroy())
        }
      })
    })
  })
