import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { longestTimer, startTimer } from "../../src/supervisor/long-timer.ts"

describe("startTimer", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it("waits for longer than a timer of the runtime can", () => {
    const work = vi.fn<() => void>()
    startTimer(2 * longestTimer + 5, work)
    vi.advanceTimersByTime(2 * longestTimer + 4)
    expect(work).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(work).toHaveBeenCalledOnce()
  })

  it("does nothing once it is called off, in any of its parts", () => {
    const work = vi.fn<() => void>()
    const callOff = startTimer(longestTimer + 5, work)
    vi.advanceTimersByTime(longestTimer + 1)
    callOff()
    vi.advanceTimersByTime(longestTimer)
    expect(work).not.toHaveBeenCalled()
  })
})
