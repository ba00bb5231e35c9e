import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  contains,
  formatAddress,
  formatSubnet,
  overlap,
  parseAddress,
  parseSubnet,
  sizeOf,
  subnetOf
} from "../src/Ipv4.ts"

const address = fc.integer({ min: 0, max: 0xffff_ffff })
const subnet = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([base, prefix]) => subnetOf(base, prefix))

const members = (each: ReturnType<typeof subnetOf>) =>
  Array.from({ length: sizeOf(each) }, (_, index) => each.base + index)

describe("addresses", () => {
  it("are read back as they were written", () => {
    fc.assert(fc.property(address, (each) => parseAddress(formatAddress(each)) === each))
    expect(parseAddress("255.255.255.255")).toBe(0xffff_ffff)
  })

  it("are nothing but four plain numbers up to 255", () => {
    for (const text of [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.-4",
      "1.2.3.4 ",
      "1..3.4",
      "0x1.2.3.4",
      "::1"
    ]) {
      expect([text, parseAddress(text)]).toEqual([text, undefined])
    }
  })
})

describe("subnets", () => {
  it("are read back as they were written", () => {
    fc.assert(fc.property(subnet, (each) => void expect(parseSubnet(formatSubnet(each))).toEqual(each)))
  })

  it("drop bits after the prefix", () => {
    expect(parseSubnet("172.17.9.9/20")).toEqual(parseSubnet("172.17.0.0/20"))
  })

  it("need an address and a prefix up to 32", () => {
    for (const text of [
      "10.0.0.0",
      "10.0.0.0/33",
      "10.0.0.0/",
      "10.0.0/8",
      "10.0.0.0/8/8",
      "10.0.0.0/-1",
      "fd00::/8"
    ]) {
      expect([text, parseSubnet(text)]).toEqual([text, undefined])
    }
  })

  it("hold their first and last address and not those next to them", () => {
    fc.assert(
      fc.property(subnet, (each) => {
        const end = each.base + sizeOf(each)
        expect([each.base - 1, each.base, end - 1, end].map((at) => contains(each, at))).toEqual([
          false,
          true,
          true,
          false
        ])
      })
    )
  })

  it("overlap when, and only when, an address is in both", () => {
    const small = fc
      .tuple(fc.nat({ max: 31 }), fc.integer({ min: 28, max: 32 }))
      .map(([at, prefix]) => subnetOf(at, prefix))
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(overlap(a, b)).toBe(members(a).some((each) => members(b).includes(each)))
      })
    )
  })
})
