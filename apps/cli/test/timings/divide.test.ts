import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { divide, type Stretch, unnamed } from "../../src/timings/divide.ts"

const moment = fc.nat(50)
const stretch: fc.Arbitrary<Stretch> = fc
  .tuple(fc.constantFrom("a", "b", "c", "d"), moment, moment)
  .map(([name, one, other]) => ({ name, start: Math.min(one, other), end: Math.max(one, other) }))

/** The name of whom a moment belongs to, looked at by itself. */
const ownerAt = (stretches: ReadonlyArray<Stretch>, at: number): string =>
  stretches
    .filter(({ end, start }) => start <= at && at < end)
    .toSorted((a, b) => b.start - a.start || a.end - b.end)[0]?.name ?? unnamed

describe("the time of a run", () => {
  it("is divided without rest: every moment belongs to what began last among that which it lies in", () => {
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 8 }), fc.integer({ min: 1, max: 60 }), (stretches, end) => {
        const shares = divide(stretches, end)
        const expected = new Map<string, number>()
        for (let at = 0; at < end; at++) {
          const owner = ownerAt(stretches, at)
          expected.set(owner, (expected.get(owner) ?? 0) + 1)
        }
        expect(new Map(shares.map(({ duration, name }) => [name, duration]))).toEqual(expected)
      })
    )
  })

  it("shows parts in the order of their beginnings, and what has no name last", () => {
    const stretches = [
      { name: "outer", start: 10, end: 50 },
      { name: "inner", start: 20, end: 30 }
    ]
    expect(divide(stretches, 60)).toEqual([
      { name: "outer", start: 10, duration: 30 },
      { name: "inner", start: 20, duration: 10 },
      { name: unnamed, start: 0, duration: 20 }
    ])
  })
})
