import { describe, expect, it } from "@effect/vitest"
import { loadSyscallsSync } from "../src/load.ts"
import { waitFrozen } from "../src/wait-frozen.ts"

describe("waiting for a group to stand still", () => {
  it("lets others have the processor meanwhile, and ends with the last process", () => {
    const sys = loadSyscallsSync()
    let looks = 0
    let thawed = false
    expect(
      waitFrozen(
        sys,
        () => ++looks === 30,
        () => (thawed = true)
      )
    ).toEqual([])
    expect([looks, thawed]).toEqual([30, false])
  })

  it("lets the group go on when it does not stop", () => {
    let waits = 0
    let thawed = false
    const missing = waitFrozen(
      { poll: () => (waits++, []) },
      () => false,
      () => (thawed = true)
    )
    expect(missing).toEqual([{ feature: "pause", reason: "some processes did not stop in time" }])
    expect(thawed).toBe(true)
    expect(waits).toBeGreaterThan(1000)
  })
})
