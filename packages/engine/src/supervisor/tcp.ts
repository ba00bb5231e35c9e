import * as net from "node:net"
import type { PublishedPort } from "@gantry/core/network/Network"
import type { OpenPort, Place, Target } from "./ports.ts"

/** Descriptors of one connection: that of who has come, and that of the container. */
const ends = 2

/** Takes a TCP port, and connects whoever comes to the same port of the container. */
export const holdTcp = (port: PublishedPort, { fd, host }: Place, { addresses, room }: Target): Promise<OpenPort> =>
  new Promise((resolve, reject) => {
    const open = new Set<net.Socket>()
    const keep = (socket: net.Socket): net.Socket => {
      open.add(socket)
      socket.once("close", () => open.delete(socket))
      return socket
    }
    const server = net.createServer({ allowHalfOpen: true }, (client) => {
      client.on("error", () => client.destroy())
      if (!room.take(ends)) return void client.destroy()
      keep(client).once("close", () => room.give(ends))
      connectTo(client, addressesFor(client.remoteAddress ?? "", addresses), (address) =>
        keep(net.connect({ host: address, port: port.containerPort, allowHalfOpen: true }))
      )
    })
    server.once("error", reject)
    server.listen(fd === undefined ? { host, port: port.hostPort, exclusive: true } : { fd }, () => {
      server.on("error", () => undefined)
      resolve({
        number: (server.address() as net.AddressInfo).port,
        close: () => {
          server.close()
          open.forEach((socket) => socket.destroy())
        }
      })
    })
  })

const isSix = (address: string): boolean => address.includes(":") && !address.startsWith("::ffff:")

/** The addresses of a container in the order in which they are tried for a client: those of its own kind first. Pure. */
export const addressesFor = (client: string, addresses: ReadonlyArray<string>): ReadonlyArray<string> =>
  addresses.toSorted((a, b) => Number(isSix(a) !== isSix(client)) - Number(isSix(b) !== isSix(client)))

/** Connects a client to the first of the addresses where somebody listens; there need not be one. */
const connectTo = (
  client: net.Socket,
  [address, ...others]: ReadonlyArray<string>,
  dial: (address: string) => net.Socket
): void => {
  if (address === undefined || client.destroyed) {
    client.destroy()
    return
  }
  const inner = dial(address)
  const giveUp = () => inner.destroy()
  const goOn = () => {
    client.off("close", giveUp)
    connectTo(client, others, dial)
  }
  client.once("close", giveUp)
  inner.once("error", goOn)
  inner.once("connect", () => {
    client.off("close", giveUp)
    inner.off("error", goOn)
    carry(client, inner)
    carry(inner, client)
  })
}

/** Carries bytes one way, and the end of them. */
const carry = (from: net.Socket, to: net.Socket): void => {
  from.pipe(to)
  from.on("error", () => to.destroy())
  from.on("close", () => to.destroySoon())
}
