import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { makeRestarts } from "../../src/supervisor/restarts.ts"

const ended = (code: number, ran = 0, forced = false) => ({ exit: { code, oomKilled: false }, ran, forced })

describe("restarts", () => {
  it("never happen without a rule, unless they are forced", () => {
    const restarts = makeRestarts(() => ({ policy: "no", most: 0 }))
    expect(restarts.next(ended(1))).toBeUndefined()
    expect(restarts.next(ended(1, 0, true))).toBe(100)
    expect(restarts.count()).toBe(1)
  })

  it("follow failures only with on-failure, and no more often than was said", () => {
    const restarts = makeRestarts(() => ({ policy: "on-failure", most: 2 }))
    expect(restarts.next(ended(0))).toBeUndefined()
    expect([restarts.next(ended(1)), restarts.next(ended(137)), restarts.next(ended(1))]).toEqual([100, 200, undefined])
    expect(restarts.count()).toBe(2)
  })

  it("are paused for longer and longer, up to a minute, and quickly again after ten good seconds", () => {
    const restarts = makeRestarts(() => ({ policy: "always", most: 0 }))
    const pauses = Array.from({ length: 12 }, () => restarts.next(ended(0)))
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000])
    expect(restarts.next(ended(0, 10_000))).toBe(100)
    expect(restarts.next(ended(0, 9_999))).toBe(200)
  })

  it("never pause for less than a tenth of a second or more than a minute, whatever happens", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.nat({ max: 30_000 }))), (ends) => {
        const restarts = makeRestarts(() => ({ policy: "unless-stopped", most: 0 }))
        for (const [code, ran] of ends) {
          const pause = restarts.next(ended(code, ran))
          expect(pause).toBeGreaterThanOrEqual(100)
          expect(pause).toBeLessThanOrEqual(60_000)
        }
      })
    )
  })
})
