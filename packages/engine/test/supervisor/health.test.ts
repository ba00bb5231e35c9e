import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { afterCheck, restAfter, unknown, untilNext } from "../../src/supervisor/health.ts"

const rule = {
  interval: 30,
  timeout: 30,
  startPeriod: 100,
  startInterval: 5,
  retries: 3,
  onFailure: "none"
} as const

const check = (exitCode: number, end = 1000) => ({ start: end - 1, end, exitCode, output: "" })
const after = (codes: ReadonlyArray<number>, at = 1000) =>
  codes.reduce((health, code) => afterCheck(health, check(code, at), rule, 0), unknown)

describe("the health of a container", () => {
  it("is bad after so many failures in a row, and good after one success", () => {
    expect(after([1, 1]).status).toBe("starting")
    expect(after([1, 1, -1]).status).toBe("unhealthy")
    expect(after([1, 1, 0, 1, 1]).status).toBe("healthy")
    expect(after([1, 1, 1, 0])).toMatchObject({ status: "healthy", streak: 0 })
  })

  it("does not suffer from failures in the start period, until it was good once", () => {
    expect(after([1, 1, 1, 1], 50)).toMatchObject({ status: "starting", streak: 0 })
    expect(after([0, 1, 1, 1], 50).status).toBe("unhealthy")
  })

  it("is looked at more often in the start period", () => {
    expect(untilNext(unknown, rule, 0, 50)).toBe(5)
    expect(untilNext(unknown, rule, 0, 100)).toBe(30)
    expect(untilNext(after([0], 50), rule, 0, 60)).toBe(30)
  })

  it("is not looked at for thrice the time that a look took, or a second", () => {
    expect([0, 50, 333, 334, 30_000].map(restAfter)).toEqual([0, 150, 999, 1000, 1000])
  })

  it("is bad exactly when the last looks that count failed, as many as the rule says", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1, -1)), (codes) => {
        const failures = codes.length - 1 - codes.lastIndexOf(0)
        const { log, status, streak } = after(codes)
        const everGood = codes.includes(0)
        const mayBe = failures >= rule.retries ? ["unhealthy"] : everGood ? ["healthy"] : ["starting"]
        expect({ kept: log.length, streak }).toEqual({ kept: Math.min(5, codes.length), streak: failures })
        expect(mayBe).toContain(status)
      })
    )
  })
})
