import * as net from "node:net"
import { describe, expect, it } from "vitest"
import { makeRoom } from "../../src/supervisor/room.ts"
import { addressesFor, holdTcp } from "../../src/supervisor/tcp.ts"
import { hear } from "./hear.ts"

/** A process that may have so many descriptors. */
const limited = (soft: number) => ({ getrlimit: () => ({ soft: BigInt(soft), hard: BigInt(soft) }) })

/** A server that says its name to everybody, at an address that others may share the port of. */
const serve = (name: string, host: string, port = 0): Promise<net.Server> =>
  new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.end(name))
    server.once("error", reject)
    server.listen({ host, port }, () => resolve(server))
  })

const portOf = (server: net.Server): number => (server.address() as net.AddressInfo).port

describe("a held TCP port", () => {
  it("tries the addresses of the client's own kind first", () => {
    const both = ["10.0.0.2", "fd00:7::2"]
    expect(addressesFor("192.0.2.1", both)).toEqual(both)
    expect(addressesFor("::ffff:192.0.2.1", both)).toEqual(both)
    expect(addressesFor("2001:db8::1", both)).toEqual(both.toReversed())
    expect(addressesFor("2001:db8::1", ["10.0.0.2"])).toEqual(["10.0.0.2"])
  })

  it("leads to the address where somebody listens, and nowhere when nobody does", async () => {
    const server = await serve("second", "127.94.2.2")
    const port = { hostIp: "127.94.1.1", hostPort: 0, containerPort: portOf(server), protocol: "tcp" } as const
    const addresses = ["127.94.2.1", "127.94.2.2"]
    const held = await holdTcp(port, { host: port.hostIp }, { addresses, room: makeRoom(limited(1000)) })
    const first = await serve("first", "127.94.2.1", portOf(server))
    expect(await hear(port.hostIp, held.number)).toBe("first")
    await new Promise((resolve) => first.close(resolve))
    expect(await hear(port.hostIp, held.number)).toBe("second")
    await new Promise((resolve) => server.close(resolve))
    expect(await hear(port.hostIp, held.number)).toBe("")
    held.close()
    expect(await hear(port.hostIp, held.number)).toBe("refused")
  })

  it("sends away who comes when all room is taken, until somebody leaves", async () => {
    const server = net.createServer((socket) => void socket.write("here"))
    await new Promise<void>((resolve) => server.listen({ host: "127.94.3.1", port: 0 }, resolve))
    const port = { hostIp: "127.94.1.1", hostPort: 0, containerPort: portOf(server), protocol: "tcp" } as const
    const target = { addresses: ["127.94.3.1"], room: makeRoom(limited(8)) }
    const held = await holdTcp(port, { host: port.hostIp }, target)
    const connect = async (): Promise<net.Socket> => {
      const socket = net.connect({ host: port.hostIp, port: held.number })
      await new Promise((resolve) => socket.once("data", resolve))
      return socket
    }
    const [first, second] = [await connect(), await connect()]
    expect(await hear(port.hostIp, held.number)).not.toBe("here")
    first.destroy()
    // The other side has seen that it left once there is room.
    while (!target.room.take(2)) await new Promise((resolve) => setImmediate(resolve))
    target.room.give(2)
    const third = await connect()
    for (const socket of [second, third]) socket.destroy()
    held.close()
    await new Promise((resolve) => server.close(resolve))
  })
})
