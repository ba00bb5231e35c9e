import { describe, expect, it } from "vitest"
import { parseSubnet, type Subnet } from "../src/Ipv4.ts"
import { planNetwork, type Surroundings } from "../src/plan-network.ts"
import type { NetworkRow } from "../src/tables.ts"

const row = (more: Partial<NetworkRow>): NetworkRow => ({
  id: "0".repeat(64),
  name: "bridge",
  subnet: "172.17.0.0/20",
  gateway: "172.17.0.1",
  bridge: "gantry0",
  internal: false,
  labels: {},
  ...more
})
const around: Surroundings = {
  instance: "",
  networks: [row({})],
  taken: [parseSubnet("172.18.0.0/16") as Subnet],
  freed: [],
  ipv6: () => ({ lack: undefined, seed: "here", taken: [] }),
  mtu: 1500,
  reassembled: false,
  hasLink: (name) => name === "eth0"
}
const why = (request: Parameters<typeof planNetwork>[0]) => {
  const plan = planNetwork(request, around)
  return "why" in plan ? plan.why : undefined
}

describe("planNetwork", () => {
  it("makes every choice that was not made", () => {
    const plan = planNetwork({ name: "web" }, around)
    expect(plan).toMatchObject({
      name: "web",
      subnet: "172.19.0.0/20",
      gateway: "172.19.0.1",
      bridge: "gantry1",
      internal: false
    })
    expect(plan).toHaveProperty("id", expect.stringMatching(/^[0-9a-f]{64}$/))
  })

  it("takes what was asked for", () => {
    const request = { name: "web", subnet: "10.9.8.0/24", gateway: "10.9.8.254", internal: true, labels: { a: "b" } }
    expect(planNetwork(request, around)).toMatchObject(request)
  })

  it("takes a range, reserved addresses and options of the driver", () => {
    const options = { "com.docker.network.driver.mtu": "1400", "com.docker.network.bridge.name": "br-web" }
    const request = {
      name: "web",
      subnet: "10.9.8.0/24",
      range: "10.9.8.128/25",
      reserved: { router: "10.9.8.2" },
      options
    }
    expect(planNetwork(request, around)).toMatchObject({ ...request, mtu: 1400, bridge: "br-web" })
  })

  it("refuses what lies outside of the subnet, and options that mean nothing", () => {
    const [name, subnet] = ["web", "10.9.8.0/24"]
    expect(why({ name, subnet, range: "10.9.9.0/25" })).toBe("no matching subnet for range 10.9.9.0/25")
    expect(why({ name, subnet, range: "10.9.0.0/16" })).toBe("no matching subnet for range 10.9.0.0/16")
    expect(why({ name, subnet, reserved: { a: "10.9.9.1" } })).toBe("no matching subnet for aux-address 10.9.9.1")
    expect(why({ name, subnet, reserved: { a: "x" } })).toBe("no matching subnet for aux-address x")
    expect(why({ name, options: { "com.docker.network.driver.mtu": "67" } })).toContain("MTU 67")
    expect(why({ name, options: { "com.docker.network.driver.mtu": "big" } })).toContain("MTU big")
    expect(why({ name, options: { "com.docker.network.bridge.name": "a/b" } })).toContain("a/b is not a name of a link")
    expect(why({ name, options: { "com.docker.network.bridge.name": "eth0" } })).toBe("this host has a link eth0")
    expect(why({ name, options: { colour: "red" } })).toContain("option colour is not supported")
    expect(why({ name, options: { "com.docker.network.bridge.enable_icc": "no" } })).toContain("is true or false")
    expect(why({ name, options: { "com.docker.network.bridge.host_binding_ipv4": "::1" } })).toContain("not an IPv4")
  })

  it("refuses a subnet that is another network's, or that the host has a way to", () => {
    expect(why({ name: "web", subnet: "172.17.8.0/24" })).toBe(
      "172.17.8.0/24 overlaps with network bridge (172.17.0.0/20)"
    )
    expect(why({ name: "web", subnet: "172.18.1.0/24" })).toContain(
      "overlaps with a route or address of this host (172.18.0.0/16)"
    )
  })

  it("refuses what is no subnet, no gateway or no name", () => {
    expect(why({ name: "web", subnet: "10.0.0.0" })).toContain("is not an IPv4 subnet")
    expect(why({ name: "web", subnet: "10.0.0.0/31" })).toContain("is not an IPv4 subnet")
    expect(why({ name: "web", subnet: "10.0.0.0/24", gateway: "10.0.1.1" })).toContain("gateway 10.0.1.1")
    expect(why({ name: "web", subnet: "10.0.0.0/24", gateway: "10.0.0.255" })).toContain("gateway 10.0.0.255")
    expect(why({ name: "container:x" })).toContain("names are made of")
  })

  it("keeps packets as short as the way out wants them, and longer than usual only where they end at a program", () => {
    const mtus = (reassembled: boolean) =>
      [undefined, 1400, 1500, 65_520].map((mtu) => {
        const plan = planNetwork({ name: "web" }, { ...around, mtu, reassembled })
        return "mtu" in plan ? plan.mtu : undefined
      })
    expect(mtus(false)).toEqual([undefined, 1400, undefined, undefined])
    expect(mtus(true)).toEqual([undefined, 1400, undefined, 65_520])
  })

  it("says which pools are used up", () => {
    const plan = planNetwork(
      { name: "web" },
      { ...around, taken: ["0.0.0.0/1", "128.0.0.0/1"].flatMap((each) => parseSubnet(each) ?? []) }
    )
    expect(plan).toMatchObject({ _tag: "AddressesExhausted", network: "web" })
  })
})
