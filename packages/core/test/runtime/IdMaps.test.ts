import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type IdMaps,
  type IdRange,
  insideOf,
  outsideOf,
  ownerInside,
  ownerOutside,
  seenFrom
} from "../../src/runtime/IdMaps.ts"

const maps: IdMaps = {
  uids: [
    { inside: 0, outside: 1, count: 1000 },
    { inside: 1000, outside: 0, count: 1 },
    { inside: 1001, outside: 1001, count: 64_536 }
  ],
  gids: [{ inside: 0, outside: 100_000, count: 65_536 }]
}

describe("maps of a namespace of users", () => {
  it("find what a number is on the other side", () => {
    expect([0, 999, 1000, 1001, 65_536].map((id) => outsideOf(maps.uids, id))).toEqual([1, 1000, 0, 1001, 65_536])
    expect([65_537, 4_000_000].map((id) => outsideOf(maps.uids, id))).toEqual([undefined, undefined])
    expect([0, 1, 1000].map((id) => insideOf(maps.uids, id))).toEqual([1000, 0, 999])
  })

  it("lead there and back", () => {
    fc.assert(
      fc.property(fc.nat(65_536), fc.nat(65_535), (uid, gid) => {
        expect(ownerInside(maps, ownerOutside(maps, { uid, gid }))).toEqual({ uid, gid })
      })
    )
  })

  it("show an owner that has no number as nobody, and refuse one that nobody stands for", () => {
    expect(ownerInside(maps, { uid: 70_000, gid: 5 })).toEqual({ uid: 65_534, gid: 65_534 })
    expect(() => ownerOutside(maps, { uid: 70_000, gid: 0 })).toThrow(
      "it belongs to 70000:0, and the container has no such user"
    )
    expect(() => ownerOutside(maps, { uid: 0, gid: 65_536 })).toThrow("no such group")
  })
})

describe("seenFrom", () => {
  const range = (inside: number, outside: number, count: number): IdRange => ({ inside, outside, count })
  const both = (...ranges: ReadonlyArray<IdRange>) => ({ uids: ranges, gids: ranges })
  const donor = both(range(0, 5000, 10), range(10, 9000, 10))
  const files = both(range(1000, 5000, 1), range(0, 5001, 9), range(1001, 9000, 5))

  it("gives what another namespace sees the numbers that the first one sees", () => {
    const other = both(range(0, 70, 3), range(3, 400, 100))
    const seen = seenFrom(files, donor, other)
    for (const owner of [0, 1, 2, 8, 1000, 1001, 1005])
      expect(outsideOf(other.uids, insideOf(donor.uids, outsideOf(files.uids, owner) ?? -1) ?? -1)).toBe(
        outsideOf(seen.uids, owner)
      )
    expect(outsideOf(seen.uids, 1000)).toBe(70)
    expect(outsideOf(seen.gids, 1001)).toBe(407)
  })

  it("gives the host the numbers themselves, and nobody those that a smaller namespace does not have", () => {
    expect(outsideOf(seenFrom(files, donor, undefined).uids, 1001)).toBe(10)
    expect(seenFrom(files, undefined, undefined)).toEqual(files)
    expect(seenFrom(files, donor, both(range(0, 70, 1))).uids).toEqual([range(1000, 70, 1)])
  })
})
