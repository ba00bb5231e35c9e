import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { defaultGateway6, lowestFree6, usable6 } from "../src/choose-address6.ts"
import { parseSubnet6, sizeOf6, type Subnet6 } from "../src/Ipv6.ts"

const subnet = parseSubnet6("fd00:7::/124") as Subnet6
const gateway = defaultGateway6(subnet)
const all = Array.from({ length: Number(sizeOf6(subnet)) }, (_, index) => subnet.base + BigInt(index))

describe("lowestFree6", () => {
  it("gives the lowest usable address that nobody has", () => {
    fc.assert(
      fc.property(fc.subarray(all), fc.constantFrom(...all.slice(1)), (taken, host) => {
        const free = all.find((each) => usable6(subnet, host, each) && !taken.includes(each))
        expect(lowestFree6(subnet, host, taken)).toBe(free)
      })
    )
  })

  it("gives addresses of a part of the network only when it is told so", () => {
    const part = { base: subnet.base + 8n, prefix: 126 }
    expect(lowestFree6(subnet, gateway, [], part)).toBe(subnet.base + 8n)
    expect(lowestFree6(subnet, gateway, all.slice(8, 12), part)).toBeUndefined()
  })

  it("has as many addresses as the subnet less two", () => {
    expect(all.filter((each) => usable6(subnet, gateway, each)).length).toBe(16 - 2)
    expect(lowestFree6(subnet, gateway, all)).toBeUndefined()
  })

  it("finds the next one of a network that is larger than any computer at once", () => {
    const wide = parseSubnet6("fd00:7::/64") as Subnet6
    const taken = Array.from({ length: 300 }, (_, index) => wide.base + BigInt(index + 2))
    expect(lowestFree6(wide, wide.base + 1n, taken)).toBe(wide.base + 302n)
  })
})
