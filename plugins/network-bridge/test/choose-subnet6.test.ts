import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { chooseSubnet6, poolName6, poolOf6, unfit6 } from "../src/choose-subnet6.ts"
import { contains6, formatSubnet6, overlap6, parseSubnet6, type Subnet6, subnetOf6 } from "../src/Ipv6.ts"

const subnets = (...texts: ReadonlyArray<string>): ReadonlyArray<Subnet6> =>
  texts.flatMap((text) => parseSubnet6(text) ?? [])
const pool = poolOf6("here")
const nth = (number: number): Subnet6 => ({ base: pool.base + (BigInt(number) << 64n), prefix: 64 })

describe("the pool", () => {
  it("is of private addresses, the same for one seed and another for another one", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(formatSubnet6(poolOf6(a))).toMatch(/^fd[0-9a-f]{2}:.*\/48$/)
        expect(poolName6(a) === poolName6(b)).toBe(a === b)
      })
    )
  })
})

describe("chooseSubnet6", () => {
  it("gives each network the next one of the pool", () => {
    expect(chooseSubnet6("here", [])).toEqual(nth(0))
    expect(chooseSubnet6("here", [nth(0), nth(1)])).toEqual(nth(2))
  })

  it("stays clear of wide routes and of single addresses inside a candidate, and does not mind a default route", () => {
    expect(chooseSubnet6("here", [...subnets("::/0"), subnetOf6(nth(0).base + 77n, 128)])).toEqual(nth(1))
    expect(chooseSubnet6("here", [{ base: pool.base, prefix: 60 }])).toEqual(nth(16))
    expect(chooseSubnet6("here", subnets("fd00::/8"))).toBeUndefined()
  })

  it("does not hand out at once what was given back, and in the end what was given back first", () => {
    expect(chooseSubnet6("here", [], [nth(0), nth(1)])).toEqual(nth(2))
    const others = Array.from({ length: 16 }, (_, bit) => ({ base: nth(2 ** bit).base, prefix: 64 - bit }))
    // All of the pool but the first one, in sixteen ranges.
    expect(chooseSubnet6("here", others)).toEqual(nth(0))
    expect(chooseSubnet6("here", others, [nth(0)])).toEqual(nth(0))
    const most = others.slice(1)
    expect(chooseSubnet6("here", most, [nth(1), nth(0)])).toEqual(nth(1))
  })

  it("is a /64 of the pool that overlaps with nothing that is taken", () => {
    const some = fc.tuple(fc.nat({ max: 40 }), fc.integer({ min: 56, max: 128 }))
    fc.assert(
      fc.property(fc.array(some), fc.array(fc.nat({ max: 40 })), (ranges, gone) => {
        const taken = ranges.map(([number, prefix]) => subnetOf6(nth(number).base, prefix))
        const chosen = chooseSubnet6("here", taken, gone.map(nth))
        expect(chosen?.prefix).toBe(64)
        expect(contains6(pool, chosen?.base ?? 0n)).toBe(true)
        expect(taken.filter((each) => chosen !== undefined && overlap6(each, chosen))).toEqual([])
      })
    )
  })
})

describe("unfit6", () => {
  it("says why a range cannot be a network's", () => {
    const why = (text: string) => unfit6(parseSubnet6(text) as Subnet6)
    expect(why("fe80::/64")).toContain("single links")
    expect(why("ff02::/16")).toContain("groups")
    expect(why("::ffff:0:0/96")).toContain("not addresses of networks")
    expect([why("fd00::/64"), why("2001:db8::/64")]).toEqual([undefined, undefined])
  })
})
