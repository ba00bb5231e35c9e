import { release, uptime } from "node:os"
import { describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

describe("two containers of one image", () => {
  const gantry = useGantry()
  const pair = () =>
    Promise.all(["one", "two"].map((name) => gantry.ok("run", "-d", "--name", name, "base", "sleep", "600")))
  const address = (name: string) => gantry.field(name, "{{.NetworkSettings.Networks.bridge.IPAddress}}")

  it("have different addresses of one private network, and reach each other by them", async () => {
    await pair()
    const [one, two] = await Promise.all([address("one"), address("two")])
    expect(one).not.toBe(two)
    for (const each of [one, two]) expect(each).toMatch(/^(10|172\.(1[6-9]|2\d|3[01])|192\.168)\./)
    expect(await gantry.ok("exec", "one", "ping", "-c", "1", "-W", "5", two)).toContain("1 packets received")

    const server = gantry.start("exec", "two", "nc", "-l", "-p", "7000", "-e", "echo", "told by two")
    await until("two to listen", async () => (await gantry.ok("exec", "two", "netstat", "-ltn")).includes(":7000 "))
    expect(await gantry.ok("exec", "one", "nc", two, "7000")).toBe("told by two")
    expect((await server.ended).status).toBe(0)
  })

  it("do not see each other's writes, nor change their image", async () => {
    await pair()
    await gantry.ok("exec", "one", "sh", "-c", "echo mine > /file; rm /etc/group; echo x >> /etc/passwd")
    expect((await gantry.try("exec", "two", "cat", "/file")).status).not.toBe(0)
    expect(await gantry.ok("exec", "two", "wc", "-l", "/etc/group", "/etc/passwd")).toMatch(
      /3 \/etc\/group\n\s+2 \/etc\/passwd/
    )
    expect((await gantry.try("run", "--rm", "base", "cat", "/file")).status).not.toBe(0)
    expect(await gantry.ok("exec", "one", "cat", "/file")).toBe("mine")
  })

  it("see their own processes only, from number 1", async () => {
    await pair()
    const lines = (await gantry.ok("exec", "one", "ps", "-o", "pid,args")).split("\n").slice(1)
    expect(lines.map((line) => line.trim())).toEqual(["1 sleep 600", expect.stringMatching(/^\d+ ps -o pid,args$/)])
    // What the host runs has no entry either.
    const numbers = (await gantry.ok("exec", "one", "sh", "-c", "ls -d /proc/[0-9]* | wc -l")).trim()
    expect(Number(numbers)).toBeLessThan(6)
  })

  it("run on the kernel of the host, under host names of their own", async () => {
    const [id = ""] = await pair()
    expect(await gantry.ok("exec", "one", "uname", "-r")).toBe(release())
    expect(await gantry.ok("exec", "one", "hostname")).toBe(id.slice(0, 12))
    const [seconds = "0"] = (await gantry.ok("exec", "one", "cat", "/proc/uptime")).split(" ")
    expect(Math.abs(Number(seconds) - uptime())).toBeLessThan(60)
  })

  it("share the layers of their image on disk", async () => {
    await pair()
    await gantry.ok("exec", "one", "sh", "-c", "dd if=/dev/zero of=/big bs=1024 count=300 2>/dev/null")
    const rows = (await gantry.ok("ps", "-s", "--format", "{{.Names}} {{.Size}}")).split("\n").toSorted()
    expect(rows[0]).toMatch(/^one 30\dkB \(virtual 2\.\d+MB\)$/)
    expect(rows[1]).toMatch(/^two 0B \(virtual 2\.\d+MB\)$/)
  })

  it("get an address that was given back", async () => {
    await pair()
    const first = await address("one")
    await gantry.ok("rm", "-f", "one", "two")
    await gantry.ok("run", "-d", "--name", "three", "base", "sleep", "600")
    expect(await address("three")).toMatch(new RegExp(`^${first.split(".").slice(0, 3).join("\\.")}\\.`))
  })

  it("or twelve, started at once, all get an address of their own", async () => {
    const names = Array.from({ length: 12 }, (_, at) => `c${at}`)
    await Promise.all(names.map((name) => gantry.ok("run", "-d", "--name", name, "base", "sleep", "600")))
    const addresses = await Promise.all(names.map(address))
    expect(new Set(addresses).size).toBe(names.length)
    expect(await gantry.ok("exec", "c0", "ping", "-c", "1", "-W", "5", addresses[11] ?? "")).toContain(
      "1 packets received"
    )
  })
})
