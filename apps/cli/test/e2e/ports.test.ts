import { createSocket } from "node:dgram"
import { existsSync, realpathSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

const web = `FROM base
RUN mkdir /www && echo page > /www/index.html
EXPOSE 80 8080
CMD ["sh", "-c", "httpd -p 8080 -h /www; exec httpd -f -p 80 -h /www"]
`

const listenOn = (port: number, host = "127.0.0.1") =>
  new Promise<Server>((resolve, reject) => {
    const server = createServer((socket) => socket.end()).on("error", reject)
    server.listen(port, host, () => resolve(server))
  })
const portOf = (server: Server): number => {
  const address = server.address()
  if (typeof address !== "object" || address === null) throw new Error("not listening")
  return address.port
}
const close = (server: Server) => new Promise<void>((resolve) => void server.close(() => resolve()))

/** Neighbouring ports that nobody has at this moment. */
const freePorts = async (count: number): Promise<number> => {
  for (;;) {
    const first = await listenOn(0)
    const servers = [first]
    try {
      for (let next = 1; next < count; next++) servers.push(await listenOn(portOf(first) + next))
      return portOf(first)
    } catch {
      // Somebody has one of them: the next round starts elsewhere.
    } finally {
      await Promise.all(servers.map(close))
    }
  }
}

describe("published ports", () => {
  const gantry = useGantry()
  const start = async (name: string, ...args: ReadonlyArray<string>) => {
    if ((await gantry.ok("images", "-q", "web")) === "") await gantry.build("web", web)
    await gantry.ok("run", "-d", "--name", name, ...args, "web")
  }
  type Bindings = {
    readonly [port: string]: ReadonlyArray<{ readonly HostIp: string; readonly HostPort: string }> | null
  }
  const bindings = async (name: string): Promise<Bindings> =>
    JSON.parse(await gantry.field(name, "{{json .NetworkSettings.Ports}}"))
  const hostPort = async (name: string, key: string) => Number((await bindings(name))[key]?.[0]?.HostPort)
  const page = (address: string) =>
    until(`a page from ${address}`, async () => (await fetch(`http://${address}/`)).text(), 5)

  it("`-p HOST:CONTAINER` opens the port on all addresses", async () => {
    const port = await freePorts(1)
    await start("one", "-p", `${port}:80`)
    expect(await page(`127.0.0.1:${port}`)).toBe("page\n")
    expect((await bindings("one"))["80/tcp"]?.map(({ HostPort }) => HostPort)).toContain(`${port}`)
    expect(await gantry.ok("ps", "--format", "{{.Ports}}")).toContain(`0.0.0.0:${port}->80/tcp`)
  })

  it("`-p CONTAINER` and `-p 0:CONTAINER` choose a free port", async () => {
    await start("one", "-p", "80", "-p", "0:8080")
    const chosen = [await hostPort("one", "80/tcp"), await hostPort("one", "8080/tcp")]
    expect(new Set(chosen).size).toBe(2)
    for (const port of chosen) expect(await page(`127.0.0.1:${port}`)).toBe("page\n")
  })

  it("`-p ADDRESS:HOST:CONTAINER` opens it on that address only", async () => {
    const port = await freePorts(1)
    await start("one", "-p", `127.0.0.1:${port}:80`, "-p", "127.0.0.1::8080")
    expect(await page(`127.0.0.1:${port}`)).toBe("page\n")
    expect((await bindings("one"))["80/tcp"]).toEqual([{ HostIp: "127.0.0.1", HostPort: `${port}` }])
    expect(await page(`127.0.0.1:${await hostPort("one", "8080/tcp")}`)).toBe("page\n")
    // Another loopback address has the port still.
    await close(await listenOn(port, "127.0.0.2"))
  })

  it.each(["[::1]", "::1"])("`-p %s:HOST:CONTAINER` opens it on an IPv6 address", async (address) => {
    const port = await freePorts(1)
    await start("one", "-p", `${address}:${port}:80`)
    expect(await page(`[::1]:${port}`)).toBe("page\n")
    expect((await bindings("one"))["80/tcp"]).toEqual([{ HostIp: "::1", HostPort: `${port}` }])
  })

  it("`-p` with a range of host ports takes one that is free", async () => {
    const port = await freePorts(3)
    const busy = await listenOn(port, "0.0.0.0")
    try {
      await start("one", "-p", `${port}-${port + 2}:80`)
      expect(await hostPort("one", "80/tcp")).toBeGreaterThan(port)
    } finally {
      await close(busy)
    }
  })

  it("`-p` with ranges of one length pairs them, and `ps` draws them together", async () => {
    const port = await freePorts(3)
    await start("one", "-p", `127.0.0.1:${port}-${port + 2}:${port}-${port + 2}/udp`)
    expect(await gantry.ok("ps", "--format", "{{.Ports}}")).toContain(
      `127.0.0.1:${port}-${port + 2}->${port}-${port + 2}/udp`
    )
  })

  it("`-p` takes long words", async () => {
    const port = await freePorts(1)
    await start("one", "-p", `published=${port},target=80,protocol=tcp`)
    expect(await page(`127.0.0.1:${port}`)).toBe("page\n")
  })

  it("`-p PORT/udp` carries datagrams both ways", async () => {
    const port = await freePorts(1)
    // busybox has no server for datagrams: this one is the program that runs the tests, with the host's libraries.
    const libraries = ["/lib", "/lib64", "/usr/lib"].flatMap((path) =>
      existsSync(path) ? ["-v", `${path}:${path}:ro`] : []
    )
    const server =
      'const s = require("dgram").createSocket("udp4"); s.on("message", (m, from) => s.send(m, from.port, from.address)); s.bind(9, () => console.log("ready"))'
    const mounts = ["-v", `${realpathSync(process.execPath)}:/node:ro`, ...libraries]
    await gantry.ok(
      "run",
      "-d",
      "--name",
      "echo",
      "-p",
      `127.0.0.1:${port}:9/udp`,
      ...mounts,
      "base",
      "/node",
      "-e",
      server
    )
    const log = gantry.start("logs", "-f", "echo")
    await log.says(/ready/)
    log.kill("SIGINT")
    const socket = createSocket("udp4")
    let heard = ""
    socket.on("message", (message) => (heard += message.toString()))
    try {
      const echo = until(
        "an echo",
        () => {
          socket.send("ping", port, "127.0.0.1")
          return heard.includes("ping")
        },
        5
      )
      expect(await echo).toBe(true)
    } finally {
      socket.close()
    }
  })

  it("-P publishes what the image exposes", async () => {
    await start("one", "-P")
    for (const key of ["80/tcp", "8080/tcp"])
      expect(await page(`127.0.0.1:${await hostPort("one", key)}`)).toBe("page\n")
  })

  it("--expose without -P publishes nothing, and shows", async () => {
    await start("one", "--expose", "99/udp")
    expect((await bindings("one"))["99/udp"]).toBeNull()
    expect(await gantry.ok("ps", "--format", "{{.Ports}}")).toBe("80/tcp, 8080/tcp, 99/udp")
  })

  it.each([
    ["70000:80", /port/i],
    ["host:80:80", /address|host/i],
    ["80:", /port/i],
    ["80:80/xyz", /proto/i],
    ["8000-8001:9000-9003", /range/i],
    ["80:x", /port/i]
  ])("`-p %s` is refused with a reason", async (text, reason) => {
    const { status, stderr } = await gantry.try("run", "--rm", "-p", text, "base", "true")
    expect(status).toBe(125)
    expect(stderr).toMatch(reason)
    expect(stderr).toContain(text.split(":").at(-1) === "" ? text : (text.split(":")[0] ?? ""))
  })

  it("that a process of the host has are refused with its name, and nothing runs", async () => {
    const busy = await listenOn(0, "0.0.0.0")
    try {
      const { status, stderr } = await gantry.try(
        "run",
        "-d",
        "--name",
        "unlucky",
        "-p",
        `${portOf(busy)}:80`,
        "base",
        "sleep",
        "600"
      )
      expect(status).toBe(125)
      expect(stderr).toContain(`${portOf(busy)}`)
      expect(stderr).toContain(`process ${process.pid}`)
      expect(await gantry.ok("ps", "-q")).toBe("")
    } finally {
      await close(busy)
    }
    // As soon as it is free, the container starts.
    await gantry.ok("start", "unlucky")
    expect(await gantry.ok("ps", "--format", "{{.Names}}")).toBe("unlucky")
  })

  it("that a container has are refused with its name, and nothing runs", async () => {
    const port = await freePorts(1)
    await start("holder", "-p", `${port}:80`)
    const { status, stderr } = await gantry.try("run", "--rm", "-p", `${port}:80`, "web")
    expect(status).toBe(125)
    expect(stderr).toContain(`${port}`)
    expect(stderr).toContain("holder")
    expect(await gantry.ok("ps", "-a", "--format", "{{.Names}}")).toBe("holder")
    expect(await page(`127.0.0.1:${port}`)).toBe("page\n")
  })

  it("look taken to programs of the host, and are free when the container has ended", async () => {
    const port = await freePorts(1)
    await start("one", "-p", `${port}:80`)
    await expect(listenOn(port, "0.0.0.0")).rejects.toMatchObject({ code: "EADDRINUSE" })
    await gantry.ok("stop", "-t", "0", "one")
    await until("the port to be free", () =>
      listenOn(port, "0.0.0.0")
        .then(close)
        .then(() => true)
    )
  })

  it("of one number on two addresses belong to two containers", async () => {
    const port = await freePorts(1)
    await start("one", "-p", `127.0.0.1:${port}:80`)
    await start("two", "-p", `127.0.0.2:${port}:80`)
    await gantry.ok("exec", "two", "sh", "-c", "echo second > /www/index.html")
    expect(await page(`127.0.0.1:${port}`)).toBe("page\n")
    expect(await page(`127.0.0.2:${port}`)).toBe("second\n")
  })

  it("carry much at once, whole", async () => {
    await start("one", "-p", "80")
    await gantry.ok(
      "exec",
      "one",
      "sh",
      "-c",
      "dd if=/dev/urandom of=/www/big bs=1048576 count=20 2>/dev/null; sha256sum /www/big > /www/sum"
    )
    const port = await hostPort("one", "80/tcp")
    const [sum = ""] = (await (await fetch(`http://127.0.0.1:${port}/sum`)).text()).split(" ")
    const bodies = await Promise.all(
      [1, 2, 3].map(async () => (await fetch(`http://127.0.0.1:${port}/big`)).arrayBuffer())
    )
    for (const body of bodies) {
      const digest = Buffer.from(await crypto.subtle.digest("SHA-256", body)).toString("hex")
      expect(digest).toBe(sum)
    }
  })

  it("come to a container that runs and leave it, without a restart, and a restart keeps them", async () => {
    const port = await freePorts(3)
    await start("one", "-p", `127.0.0.1:${port}:80`)
    const pid = await gantry.field("one", "{{.State.Pid}}")
    expect(await gantry.ok("port", "add", "one", `127.0.0.1:${port + 1}:80`)).toBe(`80/tcp -> 127.0.0.1:${port + 1}`)
    expect(await page(`127.0.0.1:${port + 1}`)).toBe("page\n")
    expect(await gantry.ok("ps", "--format", "{{.Ports}}")).toContain(`127.0.0.1:${port + 1}->80/tcp`)

    const busy = await listenOn(port + 2)
    const taken = await gantry.try("port", "add", "one", "8080", `127.0.0.1:${port + 2}:80`)
    await close(busy)
    expect(taken.status).toBe(125)
    expect(taken.stderr).toContain(`127.0.0.1:${port + 2}`)
    expect(taken.stderr).toContain(`process ${process.pid}`)

    await gantry.ok("port", "rm", "one", `${port}:80`)
    await close(await listenOn(port))
    expect((await gantry.try("port", "rm", "one", `${port}:80`)).stderr).toContain(`${port}:80/tcp is not published`)
    expect(await gantry.field("one", "{{.State.Pid}}")).toBe(pid)

    await gantry.ok("restart", "-t", "0", "one")
    expect(await gantry.ok("port", "one")).toBe(`80/tcp -> 127.0.0.1:${port + 1}`)
    expect(await page(`127.0.0.1:${port + 1}`)).toBe("page\n")

    const [from, to] = [`127.0.0.1:${port + 1}:80`, `127.0.0.1:${port}:80`]
    const again = await gantry.field("one", "{{.State.Pid}}")
    const stranger = await listenOn(port + 2)
    expect((await gantry.try("port", "move", "one", from, `127.0.0.1:${port + 2}:80`)).status).toBe(125)
    await close(stranger)
    expect((await gantry.try("port", "move", "one", to, from)).stderr).toContain("is not published")
    expect(await gantry.ok("port", "one")).toBe(`80/tcp -> 127.0.0.1:${port + 1}`)
    expect(await gantry.ok("port", "move", "one", from, to)).toBe(`80/tcp -> 127.0.0.1:${port}`)
    expect(await page(`127.0.0.1:${port}`)).toBe("page\n")
    await close(await listenOn(port + 1))
    expect(await gantry.field("one", "{{.State.Pid}}")).toBe(again)
    await gantry.ok("stop", "-t", "0", "one")
    await gantry.ok("port", "move", "one", to, from)
    await gantry.ok("start", "one")
    expect(await gantry.ok("port", "one")).toBe(`80/tcp -> 127.0.0.1:${port + 1}`)
  })
})
