import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readIdleTime } from "../../src/registry/idle-time.ts"

describe("the longest time without a byte", () => {
  it.each([
    ["60", 60_000],
    ["1.5", 1500],
    ["60s", 60_000],
    ["500ms", 500],
    ["1m30s", 90_000],
    ["1h", 3_600_000],
    // Longer than timers can wait.
    ["10000h", 2 ** 31 - 1]
  ])("is read from %s", (text, milliseconds) => expect(readIdleTime(text)).toBe(milliseconds))

  it.each(["", "0", "0s", "-1", "60 s", "60sec", "s", "1m30", "1e3", "0x10", " 60", "many", "NaN", "1..5s", "5ss"])(
    "is not read from %j",
    (text) => expect(readIdleTime(text)).toBeUndefined()
  )

  it("is the same with the unit and without", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000_000 }), (seconds) => {
        expect(readIdleTime(`${seconds}s`)).toBe(readIdleTime(String(seconds)))
        expect(readIdleTime(`${seconds}000ms`)).toBe(readIdleTime(String(seconds)))
      })
    )
  })
})
