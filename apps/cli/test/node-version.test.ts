import { describe, expect, it } from "vitest"
import { isTooOld, tooOldWords } from "../src/node-version.ts"

describe("the Node that runs gantry", () => {
  it("is 22.15 or newer, and may be another runtime that has the name of an older one", () => {
    expect(["18.20.4", "20.20.2", "22.14.9"].map((node) => isTooOld({ node }))).toEqual([true, true, true])
    expect(["22.15.0", "24.1.0", "100.0.0"].map((node) => isTooOld({ node }))).toEqual([false, false, false])
    expect([isTooOld({ node: "20.0.0", bun: "1.4.5" }), isTooOld({ node: "20.0.0", deno: "2.9.5" })]).toEqual([
      false,
      false
    ])
    expect(tooOldWords({ node: "20.20.2" })).toMatch(
      /^gantry: .*20\.20\.2\n {2}why: it needs Node 22\.15 .*\n {2}try: /
    )
  })
})
