import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { freePort } from "./host/free-port.ts"
import { useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

const gantry = useGantry()

const links = (name: string) =>
  gantry.ok("exec", name, "sh", "-c", "ip -o -4 addr | awk '$2 != \"lo\" { print $2, $4 }'")
const wayOut = async (name: string) =>
  (await gantry.ok("exec", name, "sh", "-c", "ip route | grep default || true")).trim()
const finds = async (from: string, name: string) =>
  (await gantry.try("exec", from, "nslookup", name, "127.0.0.11")).status === 0
const file = (name: string, path: string) => gantry.ok("exec", name, "cat", path)
const members = async (network: string) =>
  JSON.parse(await gantry.ok("network", "inspect", "-f", "{{json .Containers}}", network)) as Record<string, unknown>

describe("network connect and disconnect", () => {
  beforeAll(async () => {
    await gantry.ok("network", "create", "--subnet", "10.216.1.0/24", "one")
    await gantry.ok("network", "create", "--subnet", "10.216.2.0/24", "two")
  })

  afterAll(async () => void (await gantry.ok("network", "rm", "one", "two")))

  it("change a running container: links, names, files and the way out, until it is restarted and after that", async () => {
    await gantry.ok("run", "-d", "--name", "box", "--network", "one", "base", "sleep", "1000")
    await gantry.ok("run", "-d", "--name", "peer", "--network", "two", "base", "sleep", "1000")
    expect(await finds("box", "peer")).toBe(false)
    await gantry.ok("exec", "box", "sh", "-c", "echo 192.0.2.9 mine >> /etc/hosts")
    await gantry.ok("network", "connect", "--alias", "other", "--ip", "10.216.2.40", "two", "box")
    expect(await links("box")).toBe("eth0 10.216.1.2/24\neth1 10.216.2.40/24")
    expect(await wayOut("box")).toBe("default via 10.216.1.1 dev eth0")
    expect(await finds("box", "peer")).toBe(true)
    expect(await finds("peer", "other")).toBe(true)
    expect((await gantry.try("exec", "peer", "ping", "-c", "1", "-W", "1", "other")).status).toBe(0)
    const hosts = await file("box", "/etc/hosts")
    expect(hosts).toContain("10.216.2.40\t")
    expect(hosts).toContain("192.0.2.9 mine")
    expect(await gantry.field("box", "{{.NetworkSettings.Networks.two.IPAddress}}")).toBe("10.216.2.40")
    expect(Object.keys(await members("two"))).toHaveLength(2)

    await gantry.ok("network", "disconnect", "one", "box")
    expect(await links("box")).toBe("eth1 10.216.2.40/24")
    expect(await wayOut("box")).toBe("default via 10.216.2.1 dev eth1")
    expect(await file("box", "/etc/hosts")).not.toContain("10.216.1.2")
    expect(await file("box", "/etc/hosts")).toContain("192.0.2.9 mine")
    expect(await members("one")).toEqual({})
    await gantry.ok("restart", "-t", "0", "box")
    expect(await links("box")).toBe("eth0 10.216.2.40/24")
    expect(await finds("peer", "other")).toBe(true)
    const told = await gantry.ok(
      "events",
      "--since",
      "1h",
      "--until",
      "0s",
      "--filter",
      "network=one",
      "--format",
      "{{.Action}}"
    )
    expect(told.split("\n")).toEqual(["create", "connect", "disconnect"])
  })

  it("give names to a container of the default network, and take its published ports along", async () => {
    const port = await freePort()
    const page = () => until("the page", async () => (await fetch(`http://127.0.0.1:${port}/`)).text(), 5)
    const serve = "mkdir /www; echo page > /www/index.html; exec httpd -f -p 80 -h /www"
    await gantry.ok("run", "-d", "--name", "web", "-p", `${port}:80`, "base", "sh", "-c", serve)
    const plain = await file("web", "/etc/resolv.conf")
    expect(await page()).toBe("page\n")
    await gantry.ok("network", "connect", "one", "web")
    expect(await file("web", "/etc/resolv.conf")).toContain("127.0.0.11")
    expect(await finds("web", "web")).toBe(true)
    await gantry.ok("network", "disconnect", "bridge", "web")
    expect(await page()).toBe("page\n")
    expect(await gantry.ok("port", "web", "80")).toContain(`:${port}`)
    await gantry.ok("network", "disconnect", "one", "web")
    expect(await links("web")).toBe("")
    expect(await file("web", "/etc/resolv.conf")).toBe(plain)
    expect(await gantry.ok("port", "web")).toBe("")
    await gantry.ok("network", "connect", "bridge", "web")
    expect(await page()).toBe("page\n")
  })

  it("are refused as docker refuses them, and change nothing then", async () => {
    await gantry.ok("run", "-d", "--name", "box", "--network", "one", "base", "sleep", "1000")
    await gantry.ok("create", "--name", "lonely", "--network", "none", "base", "true")
    const refused = async (why: string, ...args: ReadonlyArray<string>) => {
      const { status, stderr } = await gantry.try("network", ...args)
      expect(stderr).toContain(why)
      expect(status).toBe(1)
    }
    await refused("already exists in network one", "connect", "one", "box")
    await refused("is not connected to network two", "disconnect", "two", "box")
    await refused("private (none) mode", "connect", "one", "lonely")
    await refused("cannot be disconnected from host network or connected to host network", "connect", "host", "box")
    await refused("network nope not found", "connect", "nope", "box")
    await refused("nope", "connect", "one", "nope")
    await refused("endpoint nope not found", "disconnect", "-f", "one", "nope")
    await refused("10.216.2.0/24", "connect", "--ip", "10.9.9.9", "two", "box")
    expect(await links("box")).toBe("eth0 10.216.1.2/24")
    expect(await gantry.field("box", "{{len .NetworkSettings.Networks}}")).toBe("1")
  })

  it("are finished by themselves when the command is killed, wherever it was", async () => {
    await gantry.ok("run", "-d", "--name", "box", "--network", "one", "base", "sleep", "1000")
    const verbs = ["connect", "disconnect"]
    for (let after = 30; after <= 120; after += 20) {
      for (const verb of verbs) {
        const change = gantry.start("network", verb, "two", "box")
        const blow = setTimeout(() => change.kill("SIGKILL"), after)
        await change.ended
        clearTimeout(blow)
        // What it wants, what it has, and what is on its links agree after a moment.
        await until("the truth", async () => {
          const wanted = await gantry.field("box", "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}")
          const held = Object.keys(await members("two")).length === 1
          const linked = (await links("box")).includes("10.216.2.")
          const right = wanted.includes("two") === held && held === linked
          if (!right) throw new Error(`${wanted}: ${held}, ${linked}`)
          return right
        })
      }
    }
    await gantry.ok("rm", "-f", "box")
    expect(await members("two")).toEqual({})
  }, 120_000)
})
