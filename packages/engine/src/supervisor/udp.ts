import type { Socket } from "node:dgram"
import type { PublishedPort } from "@gantry/core/network/Network"
import type { OpenPort, Place, Target } from "./ports.ts"

/** How long an answer finds its way back to a client that says nothing more, in milliseconds. */
const forgetAfter = 90_000

/**
 * Takes a UDP port. Each client gets a socket of its own towards the container, so that answers find back. As nobody
 * tells whether something listens at an address, it is the first one of the container.
 */
export const holdUdp = async (
  port: PublishedPort,
  { fd, host }: Place,
  { addresses: [address], room }: Target
): Promise<OpenPort> => {
  const { createSocket } = await import("node:dgram")
  const type = host.includes(":") ? "udp6" : "udp4"
  const outer = createSocket({ type })
  const clients = new Map<string, { readonly inner: Socket; readonly timer: NodeJS.Timeout }>()

  outer.on("message", (bytes, from) => {
    if (address === undefined) return
    const name = `${from.address} ${from.port}`
    let client = clients.get(name)
    if (client === undefined) {
      if (!room.take(1)) return
      const inner = createSocket(address.includes(":") ? "udp6" : "udp4")
      const timer = setTimeout(() => {
        clients.delete(name)
        inner.close()
        room.give(1)
      }, forgetAfter)
      inner.on("message", (answer) => outer.send(answer, from.port, from.address))
      // Nothing listens in the container: with UDP nobody is told.
      inner.on("error", () => undefined)
      client = { inner, timer }
      clients.set(name, client)
    }
    client.timer.refresh()
    client.inner.send(bytes, port.containerPort, address)
  })

  await new Promise<void>((resolve, reject) => {
    outer.once("error", reject)
    try {
      outer.bind(fd === undefined ? { address: host, port: port.hostPort, exclusive: true } : { fd }, resolve)
    } catch (cause) {
      // Deno takes no socket that it has not made.
      reject(
        fd === undefined
          ? cause
          : new Error(
              "this runtime takes no sockets for datagrams from others: publish the port when the container is made",
              {
                cause
              }
            )
      )
    }
  })
  outer.on("error", () => undefined)
  return {
    number: outer.address().port,
    close: () => {
      outer.close()
      for (const { inner, timer } of clients.values()) {
        clearTimeout(timer)
        inner.close()
        room.give(1)
      }
    }
  }
}
