import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  contains6,
  formatAddress6,
  formatSubnet6,
  overlap6,
  parseAddress6,
  parseSubnet6,
  sizeOf6,
  subnetOf6
} from "../src/Ipv6.ts"

const address = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n })
const subnet = fc.tuple(address, fc.integer({ min: 0, max: 128 })).map(([base, prefix]) => subnetOf6(base, prefix))

const members = (each: ReturnType<typeof subnetOf6>) =>
  Array.from({ length: Number(sizeOf6(each)) }, (_, index) => each.base + BigInt(index))

describe("IPv6 addresses", () => {
  it("are read back as they were written", () => {
    fc.assert(fc.property(address, (each) => parseAddress6(formatAddress6(each)) === each))
    expect(parseAddress6("::1")).toBe(1n)
    expect(formatAddress6(0xfdn << 120n)).toBe("fd00::")
  })
})

describe("IPv6 subnets", () => {
  it("are read back as they were written", () => {
    fc.assert(fc.property(subnet, (each) => void expect(parseSubnet6(formatSubnet6(each))).toEqual(each)))
  })

  it("drop bits after the prefix", () => {
    expect(parseSubnet6("fd00:7::9:9/64")).toEqual(parseSubnet6("FD00:7:0::/64"))
  })

  it("need an address and a prefix up to 128", () => {
    const wrong = ["fd00::", "fd00::/129", "fd00::/", "fd00:/8", "fd00::/8/8", "fd00::/-1", "10.0.0.0/8"]
    expect(wrong.filter((text) => parseSubnet6(text) !== undefined)).toEqual([])
  })

  it("hold their first and last address and not those next to them", () => {
    fc.assert(
      fc.property(subnet, (each) => {
        const end = each.base + sizeOf6(each)
        const held = [each.base - 1n, each.base, end - 1n, end].map((at) => contains6(each, at))
        expect(held).toEqual([false, true, true, false])
      })
    )
  })

  it("overlap when, and only when, an address is in both", () => {
    const small = fc
      .tuple(fc.bigInt({ min: 0n, max: 31n }), fc.integer({ min: 124, max: 128 }))
      .map(([at, prefix]) => subnetOf6(at, prefix))
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(overlap6(a, b)).toBe(members(a).some((each) => members(b).includes(each)))
      })
    )
  })
})
