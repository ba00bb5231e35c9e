import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { useGantry } from "./host/gantry.ts"
import { until } from "./host/until.ts"

const gantry = useGantry()

describe("options of a network's driver", () => {
  it("keep its containers from each other, and publish where they say", async () => {
    const bridge = "com.docker.network.bridge"
    const options = ["-o", `${bridge}.enable_icc=false`, "-o", `${bridge}.host_binding_ipv4=127.0.0.1`]
    await gantry.ok("network", "create", ...options, "apart")
    const at = ["--network", "apart", "base"]
    await gantry.ok("run", "-d", "--name", "web", "-p", "80", ...at, "sh", "-c", "mkdir /w; httpd -f -p 80 -h /w")
    const address = await gantry.field("web", "{{.NetworkSettings.Networks.apart.IPAddress}}")
    const asked = await gantry.try("run", "--rm", ...at, "ping", "-c", "1", "-W", "1", address)
    expect(asked).toMatchObject({ status: 1, stdout: expect.stringContaining("100% packet loss") })
    expect(await gantry.ok("port", "web", "80")).toMatch(/^127\.0\.0\.1:\d+$/)
    const refused = await gantry.try("network", "create", "-o", `${bridge}.enable_icc=maybe`, "other")
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining("true or false") })
    // What listens where names are to be answered is in the way of a network with names.
    await gantry.ok("run", "-d", "--name", "names", "base", "nc", "-ll", "-p", "53")
    const listens = () => gantry.ok("exec", "names", "grep", ":0035", "/proc/net/tcp", "/proc/net/tcp6")
    await until("it to listen", async () => (await listens()) !== "", 10)
    const inTheWay = await gantry.try("network", "connect", "apart", "names")
    expect(inTheWay).toMatchObject({ status: 1, stderr: expect.stringContaining("listens on port 53") })
    expect(await gantry.field("names", "{{json .NetworkSettings.Networks}}")).not.toContain("apart")
    await gantry.ok("rm", "-f", "web", "names")
    await gantry.ok("network", "rm", "apart")
  })
})

describe("a container in several networks", () => {
  beforeAll(async () => {
    await gantry.ok("network", "create", "--subnet", "10.213.1.0/24", "one")
    await gantry.ok("network", "create", "--subnet", "10.213.2.0/24", "two")
    await gantry.ok("network", "create", "--subnet", "10.213.3.0/24", "--internal", "closed")
  })

  afterAll(async () => void (await gantry.ok("network", "rm", "one", "two", "closed")))

  it("has a link for each, the addresses that were asked for, and one way out, also after a restart", async () => {
    const options = ["--network", "closed", "--network", "name=one,ip=10.213.1.77,mac-address=02:11:22:33:44:55"]
    const out = ["--network", "name=two,gw-priority=1"]
    await gantry.ok("run", "-d", "--name", "box", ...options, ...out, "base", "sleep", "1000")
    const look = async () => ({
      addresses: await gantry.ok("exec", "box", "sh", "-c", "ip -o -4 addr | awk '$2 != \"lo\" { print $2, $4 }'"),
      mac: await gantry.ok("exec", "box", "cat", "/sys/class/net/eth1/address"),
      routes: await gantry.ok("exec", "box", "sh", "-c", "ip route | grep default")
    })
    const before = await look()
    expect(before.addresses).toBe("eth0 10.213.3.2/24\neth1 10.213.1.77/24\neth2 10.213.2.2/24")
    expect(before.mac).toBe("02:11:22:33:44:55")
    expect(before.routes.trim()).toBe("default via 10.213.2.1 dev eth2")
    expect(await gantry.field("box", "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}")).toBe(
      "10.213.3.2 10.213.1.77 10.213.2.2 "
    )
    expect(await gantry.ok("ps", "--filter", "network=two", "--format", "{{.Networks}}")).toBe("closed,one,two")
    await gantry.ok("restart", "-t", "0", "box")
    expect(await look()).toEqual(before)
  })

  it("is reached by those of its networks only, and a network without a way out has none", async () => {
    await gantry.ok("run", "-d", "--name", "inner", "--network", "closed", "base", "sleep", "1000")
    await gantry.ok("run", "-d", "--name", "both", "--network", "one", "--network", "closed", "base", "sleep", "1000")
    await gantry.ok("run", "-d", "--name", "other", "--network", "two", "base", "sleep", "1000")
    const reaches = async (from: string, address: string) =>
      (await gantry.try("exec", from, "ping", "-c", "1", "-W", "1", address)).status === 0
    expect(await reaches("inner", "10.213.3.3")).toBe(true)
    expect(await reaches("both", "10.213.3.2")).toBe(true)
    expect(await reaches("other", "10.213.1.2")).toBe(false)
    expect(await reaches("other", "10.213.3.2")).toBe(false)
    expect(await reaches("inner", "10.213.2.2")).toBe(false)
    expect((await gantry.try("exec", "inner", "sh", "-c", "ip route | grep default")).status).toBe(1)
    const members = JSON.parse(await gantry.ok("network", "inspect", "closed")) as ReadonlyArray<{
      readonly Containers: { readonly [id: string]: { readonly Name: string; readonly IPv4Address: string } }
    }>
    const listed = Object.values(members[0]?.Containers ?? {}).map((each) => `${each.Name} ${each.IPv4Address}`)
    expect(listed.toSorted()).toEqual(["both 10.213.3.3/24", "inner 10.213.3.2/24"])
    const refused = await gantry.try("network", "rm", "closed")
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain("in use by")
    const double = await gantry.try("run", "--rm", "--network", "name=one,ip=10.213.1.2", "base", "true")
    expect(double.status).toBe(125)
    expect(double.stderr).toContain("container both has it")
  })

  it("gets an address of the range, none that is reserved, and packets of the size that was asked for", async () => {
    const part = ["--subnet", "10.213.9.0/24", "--ip-range", "10.213.9.64/30", "--aux-address", "router=10.213.9.64"]
    const options = ["-o", "com.docker.network.driver.mtu=1400", "-o", "com.docker.network.bridge.name=gt-part"]
    await gantry.ok("network", "create", ...part, ...options, "part")
    const look = "ip -o -4 addr show dev eth0 | awk '{ print $4 }'; cat /sys/class/net/eth0/mtu"
    expect(await gantry.ok("run", "--rm", "--network", "part", "base", "sh", "-c", look)).toBe("10.213.9.65/24\n1400")
    const [shown] = JSON.parse(await gantry.ok("network", "inspect", "part")) as ReadonlyArray<{
      readonly IPAM: { readonly Config: ReadonlyArray<unknown> }
      readonly Options: { readonly [name: string]: string }
    }>
    expect(shown?.IPAM.Config).toEqual([
      {
        Subnet: "10.213.9.0/24",
        IPRange: "10.213.9.64/30",
        Gateway: "10.213.9.1",
        AuxiliaryAddresses: { router: "10.213.9.64" }
      }
    ])
    expect(shown?.Options["com.docker.network.bridge.name"]).toBe("gt-part")
    for (const [why, ...args] of [
      ["this host has a link gt-part", "-o", "com.docker.network.bridge.name=gt-part"],
      ["option colour is not supported", "-o", "colour=red"],
      ["no matching subnet for range 10.1.0.0/16", "--subnet", "10.213.10.0/24", "--ip-range", "10.1.0.0/16"]
    ] as const) {
      const { status, stderr } = await gantry.try("network", "create", ...args, "odd")
      expect(stderr).toContain(why)
      expect(status).toBe(1)
    }
    await gantry.ok("network", "rm", "part")
    expect((await gantry.try("network", "inspect", "odd")).status).toBe(1)
  })
})
