import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { defaultGateway, lowestFree, macOf, usable, whyUnusable } from "../src/choose-address.ts"
import { parseAddress, parseSubnet, sizeOf, type Subnet } from "../src/Ipv4.ts"

const subnet = parseSubnet("172.17.0.0/28") as Subnet
const gateway = defaultGateway(subnet)

describe("lowestFree", () => {
  it("gives the lowest usable address that nobody has", () => {
    const taken = fc.uniqueArray(fc.integer({ min: subnet.base, max: subnet.base + sizeOf(subnet) - 1 }))
    const usables = Array.from({ length: sizeOf(subnet) }, (_, index) => subnet.base + index).filter((each) =>
      usable(subnet, gateway, each)
    )
    fc.assert(
      fc.property(taken, (addresses) => {
        expect(lowestFree(subnet, gateway, addresses)).toBe(usables.find((each) => !addresses.includes(each)))
      })
    )
  })

  it("leaves the gateway alone wherever it is", () => {
    expect(lowestFree(subnet, subnet.base + 1, [])).toBe(subnet.base + 2)
    expect(lowestFree(subnet, subnet.base + 2, [subnet.base + 1])).toBe(subnet.base + 3)
  })

  it("gives addresses of a part of the network only when it is told so", () => {
    const part = { base: subnet.base + 8, prefix: 30 }
    expect(lowestFree(subnet, gateway, [], part)).toBe(subnet.base + 8)
    expect(
      lowestFree(
        subnet,
        gateway,
        [8, 9, 10, 11].map((each) => subnet.base + each),
        part
      )
    ).toBeUndefined()
    expect(lowestFree(subnet, gateway, [], { base: subnet.base, prefix: 31 })).toBeUndefined()
  })

  it("has as many addresses as the subnet less three", () => {
    const taken: Array<number> = []
    for (let next = lowestFree(subnet, gateway, taken); next !== undefined; next = lowestFree(subnet, gateway, taken)) {
      taken.push(next)
    }
    expect(taken.length).toBe(16 - 3)
  })
})

describe("an address that a container cannot have", () => {
  it("is kept from it for a reason, which no usable one has", () => {
    expect([-1, 0, 1, 2, 14, 15, 16].map((each) => whyUnusable(subnet, gateway, subnet.base + each))).toEqual([
      "outside",
      "it is the network's own",
      "it is the gateway's",
      undefined,
      undefined,
      "it is the network's broadcast address",
      "outside"
    ])
    // Wherever the gateway is, it is the gateway's.
    expect(whyUnusable(subnet, subnet.base + 14, subnet.base + 14)).toBe("it is the gateway's")
  })
})

describe("macOf", () => {
  it("carries the address behind a locally administered beginning", () => {
    expect(macOf(parseAddress("172.17.0.2") as number)).toBe("02:42:ac:11:00:02")
    expect(macOf(0xffff_ffff)).toBe("02:42:ff:ff:ff:ff")
  })
})
