import { type IdMaps, insideOf, outsideOf } from "@gantry/core/runtime/IdMaps"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { allIds, exchanged, idMapOf, idMapText } from "../../src/containers/IdMapWish.ts"

const users: IdMaps = {
  uids: [{ inside: 0, outside: 100_000, count: 65_536 }],
  gids: [{ inside: 0, outside: 200_000, count: 65_536 }]
}
const source = { uid: 1000, gid: 100 }
const root = { uid: 0, gid: 0 }
const id = fc.oneof(fc.nat(3), fc.nat(allIds - 1), fc.constant(allIds - 1))

describe("exchanged", () => {
  it("has one number stand for another, leaves the rest, and never names a number twice", () => {
    fc.assert(
      fc.property(id, id, id, (inside, outside, other) => {
        const ranges = exchanged(inside, outside)
        expect(outsideOf(ranges, inside)).toBe(outside)
        expect(insideOf(ranges, outside)).toBe(inside)
        const isApart = other !== inside && other !== outside
        expect(outsideOf(ranges, other)).toBe(isApart ? other : other === inside ? outside : undefined)
        for (const side of ["inside", "outside"] as const) {
          const sorted = ranges.toSorted((a, b) => a[side] - b[side])
          sorted.forEach((range, at) =>
            expect(range[side] + range.count).toBeLessThanOrEqual(sorted[at + 1]?.[side] ?? allIds)
          )
        }
      })
    )
  })

  it("has no number of the caller's choice stand for the host's root, unless the source is root's", () => {
    expect(insideOf(exchanged(1000, 0), 1000)).toBeUndefined()
    expect(outsideOf(exchanged(1000, 0), 0)).toBeUndefined()
  })
})

describe("idMapOf", () => {
  it("makes the source's owner the container's user, or sees all owners as they are where it has numbers of its own", () => {
    expect(idMapOf({ type: "fitting" }, { users: undefined, source, user: root })).toEqual({
      uids: exchanged(1000, 0),
      gids: exchanged(100, 0)
    })
    expect(idMapOf({ type: "fitting" }, { users, source, user: root })).toBe(users)
  })

  it("takes what is given, as the host counts or as the container does", () => {
    const ranges = [{ inside: 1000, outside: 7, count: 2 }]
    const given = (relative: boolean) => ({ type: "given", uids: { ranges, relative } }) as const
    const everyGroup = [{ inside: 0, outside: 0, count: allIds }]
    expect(idMapOf(given(false), { users, source, user: root })).toEqual({ uids: ranges, gids: everyGroup })
    expect(idMapOf(given(true), { users, source, user: root })).toEqual({
      uids: [{ inside: 1000, outside: 100_007, count: 2 }],
      gids: everyGroup
    })
    expect(idMapOf(given(true), { users: undefined, source, user: root })).toEqual({ uids: ranges, gids: everyGroup })
  })

  it("says which numbers the container does not have", () => {
    const wish = {
      type: "given",
      gids: { ranges: [{ inside: 0, outside: 65_535, count: 2 }], relative: true }
    } as const
    expect(idMapOf(wish, { users, source, user: root })).toBe(
      "the container does not have the numbers 65535 to 65536 in one piece"
    )
  })

  it("is shown as it can be typed", () => {
    expect(idMapText({ uids: exchanged(2, 0), gids: [{ inside: 5, outside: 6, count: 7 }] })).toBe(
      "idmap=uids=2-0-1#1-1-1#3-3-4294967292;gids=5-6-7"
    )
  })
})
