import { createSocket } from "node:dgram"
import * as net from "node:net"
import type { PublishedPort } from "@gantry/core/network/Network"
import { loadSyscallsSync } from "@gantry/linux/load"
import { describe, expect, it } from "vitest"
import { bindHostSocket, socketAddress } from "../../src/containers/bind-host-socket.ts"
import { holdPorts, type PortRefusal } from "../../src/supervisor/ports.ts"
import { hear } from "../supervisor/hear.ts"

const sys = loadSyscallsSync()

const listen = (host: string): Promise<net.Server> =>
  new Promise((resolve) => {
    const server = net.createServer((socket) => socket.end("served"))
    server.listen(0, host, () => resolve(server))
  })

describe("a socket that one process binds for another", () => {
  it("is addressed as the kernel has it", () => {
    expect([...socketAddress("127.0.0.1", 8080)]).toEqual([2, 0, 0x1f, 0x90, 127, 0, 0, 1, ...Array<number>(8).fill(0)])
    const six = socketAddress("::1", 80)
    expect([six.length, six[0], six[3], six[23]]).toEqual([28, 10, 80, 1])
    expect(() => socketAddress("localhost", 80)).toThrow("localhost is no IP address")
  })

  it("is listened at by who takes it, as long as the port is published", async () => {
    const server = await listen("127.94.3.2")
    const containerPort = (server.address() as net.AddressInfo).port
    const port = { hostIp: "127.94.3.1", hostPort: 18_431, containerPort, protocol: "tcp" } as const
    const socket = bindHostSocket(sys, port)
    if (socket === undefined || "code" in socket) throw new Error("no socket")
    expect(bindHostSocket(sys, port)).toMatchObject({ code: "EADDRINUSE" })
    const held = await holdPorts([], [])
    if ("code" in held) throw new Error("refused")
    expect(await held.change([port], ["127.94.3.2"], [socket])).toBeUndefined()
    sys.close(socket.fd)
    expect(await hear(port.hostIp, port.hostPort)).toBe("served")
    // What is held already needs no other.
    expect(await held.change([port], ["127.94.3.2"], [{ code: "EADDRINUSE", why: "" }])).toBeUndefined()
    expect(await hear(port.hostIp, port.hostPort)).toBe("served")
    const refused = await held.change(
      [port, { ...port, hostPort: 1 }],
      ["127.94.3.2"],
      [null, { code: "EADDRINUSE", why: "taken" }]
    )
    expect(refused).toMatchObject({ code: "EADDRINUSE", why: "address already in use", port: { hostPort: 1 } })
    expect(await held.change([], [])).toBeUndefined()
    expect(await hear(port.hostIp, port.hostPort)).toBe("refused")
    server.close()
  })

  const isDeno = "deno" in process.versions

  /** Has datagrams for a port carried to an echo, by a socket that was bound for the holder. */
  const datagrams = async (use: (held: PortRefusal | undefined, port: PublishedPort) => Promise<void>) => {
    const echo = createSocket("udp4")
    echo.on("message", (bytes, from) => echo.send(bytes, from.port, from.address))
    await new Promise<void>((done) => void echo.bind(0, "127.94.4.2", done))
    const port = {
      hostIp: "127.94.4.1",
      hostPort: 18_432,
      containerPort: echo.address().port,
      protocol: "udp"
    } as const
    const socket = bindHostSocket(sys, port)
    if (socket === undefined || "code" in socket) throw new Error("no socket")
    const held = await holdPorts([], [])
    if ("code" in held) throw new Error("refused")
    const refused = await held.change([port], ["127.94.4.2"], [socket])
    sys.close(socket.fd)
    await use(refused, port)
    held.close()
    echo.close()
  }

  it.skipIf(isDeno)("carries datagrams", () =>
    datagrams(async (refused, port) => {
      expect(refused).toBeUndefined()
      const client = createSocket("udp4")
      const answer = new Promise<string>((done) => void client.once("message", (bytes) => done(bytes.toString())))
      client.send("there and back", port.hostPort, port.hostIp)
      expect(await answer).toBe("there and back")
      client.close()
    })
  )

  it.runIf(isDeno)("carries no datagrams under Deno, which says what to do", () =>
    datagrams(async (refused) => {
      expect(refused?.why).toContain("publish the port when the container is made")
    })
  )
})
