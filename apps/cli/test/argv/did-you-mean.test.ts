import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { didYouMean, editDistance } from "../../src/argv/did-you-mean.ts"

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

describe("didYouMean", () => {
  it("finds what was nearly written", () => {
    expect(didYouMean("nmae", ["net", "name", "mount"])).toBe("name")
    expect(didYouMean("publsh-all", ["publish", "publish-all"])).toBe("publish-all")
    expect(didYouMean("hist", ["inspect", "history"])).toBe("history")
    expect(didYouMean("RUN", ["run"])).toBe("run")
  })

  it("stays silent when nothing is near", () => {
    expect(didYouMean("frobnicate", ["run", "ps", "rm"])).toBeUndefined()
    expect(didYouMean("x", ["a", "b"])).toBeUndefined()
  })
})
