import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type IdMaps, insideOf, outsideOf, ownerInside, ownerOutside } from "../../src/runtime/IdMaps.ts"

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
