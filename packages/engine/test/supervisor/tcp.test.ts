import * as net from "node:net"
import { describe, expect, it } from "vitest"
import { addressesFor, holdTcp } from "../../src/supervisor/tcp.ts"
import { hear } from "./hear.ts"

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
    const held = await holdTcp(port, { host: port.hostIp }, ["127.94.2.1", "127.94.2.2"])
    const first = await serve("first", "127.94.2.1", portOf(server))
    expect(await hear(port.hostIp, held.number)).toBe("first")
    await new Promise((resolve) => first.close(resolve))
    expect(await hear(port.hostIp, held.number)).toBe("second")
    await new Promise((resolve) => server.close(resolve))
    expect(await hear(port.hostIp, held.number)).toBe("")
    held.close()
    expect(await hear(port.hostIp, held.number)).toBe("refused")
  })
})
