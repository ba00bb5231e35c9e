import { describe, expect, it } from "vitest"
import { poolsExhaustedHint } from "../../src/show/pools-exhausted.ts"

describe("what to do when no range is left for a network", () => {
  it("names the networks that could go, and not all of many", () => {
    expect(poolsExhaustedHint(["old", "young"])).toContain("no container uses old, young (the oldest first)")
    const many = poolsExhaustedHint(Array.from({ length: 12 }, (_, index) => `n${index}`))
    expect(many).toContain("n9 and 2 more")
    expect(many).not.toContain("n10")
    for (const way of ["network prune", "network rm", "--subnet"]) expect(many).toContain(way)
  })

  it("says so when every network is used", () => {
    expect(poolsExhaustedHint([])).toContain("every network has containers")
    expect(poolsExhaustedHint([])).toContain("--subnet")
  })
})
