import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { nearest, editDistance } from "@gantry/core/nearest"

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["name", "nmae", 1],
    ["name", "nam", 1],
    ["kitten", "sitting", 3],
    ["abc", "", 3]
  ])("of %s and %s is %i", (from, to, distance) => {
    expect(editDistance(from, to)).toBe(distance)
  })

  it("is the same both ways and no more than the longer length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (from, to) => {
        const distance = editDistance(from, to)
        expect(distance).toBe(editDistance(to, from))
        expect(distance === 0).toBe(from === to)
        expect(distance).toBeLessThanOrEqual(Math.max(from.length, to.length))
      })
    )
  })
})

describe("nearest", () => {
  it("finds what was nearly written", () => {
    expect(nearest("nmae", ["net", "name", "mount"])).toBe("name")
    expect(nearest("publsh-all", ["publish", "publish-all"])).toBe("publish-all")
    expect(nearest("hist", ["inspect", "history"])).toBe("history")
    expect(nearest("RUN", ["run"])).toBe("run")
  })

  it("stays silent when nothing is near", () => {
    expect(nearest("frobnicate", ["run", "ps", "rm"])).toBeUndefined()
    expect(nearest("x", ["a", "b"])).toBeUndefined()
  })
})
