import { describe, expect, it } from "vitest"
import { circleOf, needsByService, withNeeds } from "@gantry/compose/service-order"
import { servicesOf } from "./services-of.ts"

describe("withNeeds", () => {
  it("adds what is needed, directly or not, and only what is there", () => {
    const some = servicesOf({ web: ["api", "gone"], api: ["db"], db: [], alone: [] })
    expect([...withNeeds(some, ["web"])].toSorted()).toEqual(["api", "db", "web"])
    expect([...withNeeds(some, ["alone"])]).toEqual(["alone"])
  })
})

describe("needsByService", () => {
  it("leaves out what is not there, and what would make services of a circle wait for each other", () => {
    const some = servicesOf({ web: ["api", "gone", "toString"], api: [], a: ["b", "api"], b: ["a"] })
    expect(Object.fromEntries(needsByService(some))).toEqual({ web: ["api"], api: [], a: ["api"], b: [] })
  })
})

describe("circleOf", () => {
  it("names the way around, and nothing where there is none", () => {
    expect(circleOf(servicesOf({ a: ["b"], b: ["c"], c: ["a"], d: ["a"] }))).toEqual(["a", "b", "c", "a"])
    expect(circleOf(servicesOf({ d: ["a"], a: ["a"] }))).toEqual(["a", "a"])
    expect(circleOf(servicesOf({ a: ["b"], b: [] }))).toEqual([])
    expect(circleOf({})).toEqual([])
  })
})
