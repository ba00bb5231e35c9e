import { describe, expect, it } from "vitest"
import { explainThrown } from "../../src/show/explain-defect.ts"
import { OutputLost } from "../../src/terminal.ts"

describe("what was thrown and nobody expected", () => {
  it("is output that finds no room, with the reason", () => {
    expect(explainThrown(new OutputLost("ENOSPC"))).toMatchObject({
      what: "standard output cannot be written",
      why: "no space left on device",
      status: 1
    })
  })

  it("is our mistake otherwise, in one line", () => {
    const { status, what } = explainThrown(new TypeError("nothing is no function"))
    expect([what, status]).toEqual(["internal error: TypeError: nothing is no function", 125])
  })
})
