import type { Ipv6Network } from "@gantry/core/network/Network"
import { describe, expect, it } from "vitest"
import { poolName6 } from "../src/choose-subnet6.ts"
import { planIpv6, type Surroundings6 } from "../src/plan-ipv6.ts"

const around: Surroundings6 = {
  seed: "here",
  lack: undefined,
  networks: [{ name: "front", subnet: "fd00:1::/64" }],
  taken: ["::/0", "fd00:2::/64", "fe80::/64"],
  freed: ["172.17.0.0/20"]
}
const plan = (wish: Partial<Ipv6Network>, more: Partial<Surroundings6> = {}, mtu = 1500) =>
  planIpv6("web", wish, mtu, { ...around, ...more })
const why = (...wish: Parameters<typeof plan>) => {
  const made = plan(...wish)
  return "problem" in made ? made.problem : undefined
}

describe("planIpv6", () => {
  it("makes every choice that was not made", () => {
    const base = poolName6("here").replace("::/48", "")
    expect(plan({})).toEqual({ subnet: `${base}::/64`, gateway: `${base}::1` })
  })

  it("takes what was asked for, in one spelling", () => {
    const wish = {
      subnet: "FD00:9:0::/64",
      gateway: "fd00:9::0fe",
      range: "fd00:9::1:0/112",
      reserved: { a: "fd00:9::A" }
    }
    expect(plan(wish)).toEqual({
      subnet: "fd00:9::/64",
      gateway: "fd00:9::fe",
      range: "fd00:9::1:0/112",
      reserved: { a: "fd00:9::a" }
    })
  })

  it("refuses a subnet that is another network's, or that the host has a way to", () => {
    expect(why({ subnet: "fd00:1::/48" })).toBe("fd00:1::/48 overlaps with network front (fd00:1::/64)")
    expect(why({ subnet: "fd00:2::8/125" })).toContain("overlaps with a route or address of this host (fd00:2::/64)")
  })

  it("refuses what is no subnet, no gateway, or lies outside", () => {
    for (const subnet of ["fd00::", "10.0.0.0/24", "fd00::/127", "fd00::/7"]) {
      expect(why({ subnet })).toContain(`${subnet} is not an IPv6 subnet`)
    }
    const subnet = "fd00:9::/64"
    expect(why({ subnet: "fe80::/64" })).toContain("single links")
    expect(why({ subnet, gateway: "fd00:9::" })).toContain("gateway fd00:9:: is not an address of fd00:9::/64")
    expect(why({ subnet, gateway: "fd00:8::1" })).toContain("gateway fd00:8::1")
    expect(why({ subnet, range: "fd00:9::/60" })).toBe("no matching subnet for range fd00:9::/60")
    expect(why({ subnet, reserved: { a: "fd00:8::1" } })).toBe("no matching subnet for aux-address fd00:8::1")
  })

  it("refuses links that IPv6 cannot use, and a host without it", () => {
    expect(why({}, {}, 1279)).toContain("1280 bytes, and the MTU of the network is 1279")
    expect(why({}, {}, 1280)).toBeUndefined()
    expect(why({}, { lack: "this host has no IPv6: for a reason" })).toBe("this host has no IPv6: for a reason")
  })

  it("says which pool is used up", () => {
    const made = plan({}, { taken: ["fd00::/8"] })
    expect(made).toMatchObject({ _tag: "AddressesExhausted", network: "web", subnet: poolName6("here") })
  })
})
