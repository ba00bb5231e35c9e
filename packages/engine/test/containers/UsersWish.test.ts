import { insideOf, outsideOf } from "@gantry/core/runtime/IdMaps"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { freeIds, keptIds, rangesFor } from "../../src/containers/UsersWish.ts"

describe("keptIds", () => {
  it("makes the caller, number 0 outside, the number that is wanted, and puts the others around it in order", () => {
    expect(keptIds(65_537, 1000)).toEqual([
      { inside: 0, outside: 1, count: 1000 },
      { inside: 1000, outside: 0, count: 1 },
      { inside: 1001, outside: 1001, count: 64_536 }
    ])
    expect(keptIds(10, 0)).toEqual([
      { inside: 0, outside: 0, count: 1 },
      { inside: 1, outside: 1, count: 9 }
    ])
    expect(keptIds(10, 70_000)).toEqual([
      { inside: 0, outside: 1, count: 9 },
      { inside: 70_000, outside: 0, count: 1 }
    ])
  })

  it("uses every number outside exactly once, and nothing that the caller does not have", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.nat(400), (size, own) => {
        const ranges = keptIds(size, own)
        const inside = Array.from({ length: size }, (_, outside) => insideOf(ranges, outside))
        expect(inside).not.toContain(undefined)
        expect(new Set(inside).size).toBe(size)
        expect(outsideOf(ranges, own)).toBe(0)
        expect(ranges.reduce((sum, { count }) => sum + count, 0)).toBe(size)
        expect(insideOf(ranges, size)).toBeUndefined()
      })
    )
  })
})

describe("freeIds", () => {
  const ranges = rangesFor("ann:1:2\ncontainers:100:50\n# containers:5:5\ncontainers:500:25\n", "containers")

  it("reads the lines of its user alone", () => {
    expect(ranges).toEqual([
      { first: 100, count: 50 },
      { first: 500, count: 25 }
    ])
  })

  it("gives the first piece that nobody has, in the gap of one that was given back as well", () => {
    const taken = (...firsts: ReadonlyArray<number>) => firsts.map((outside) => ({ inside: 0, outside, count: 20 }))
    expect(freeIds(ranges, [], 20)).toEqual([{ inside: 0, outside: 100, count: 20 }])
    expect(freeIds(ranges, taken(100), 20)).toEqual([{ inside: 0, outside: 120, count: 20 }])
    expect(freeIds(ranges, taken(120), 20)).toEqual([{ inside: 0, outside: 100, count: 20 }])
    expect(freeIds(ranges, taken(120, 100), 20)).toEqual([{ inside: 0, outside: 500, count: 20 }])
    expect(freeIds(ranges, taken(120, 100, 500), 20)).toBeUndefined()
    expect(freeIds(ranges, [], 51)).toBeUndefined()
  })

  it("never gives what somebody has", () => {
    const some = fc.array(
      fc.record({ inside: fc.constant(0), outside: fc.nat(600), count: fc.integer({ min: 1, max: 40 }) })
    )
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 60 }), (taken, size) => {
        const [found] = freeIds(ranges, taken, size) ?? []
        if (found === undefined) return
        expect(
          taken.some((each) => each.outside < found.outside + size && found.outside < each.outside + each.count)
        ).toBe(false)
        expect(ranges.some(({ count, first }) => found.outside >= first && found.outside + size <= first + count)).toBe(
          true
        )
      })
    )
  })
})
