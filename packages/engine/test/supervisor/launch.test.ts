import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { exitCode, launch } from "../../src/supervisor/launch.ts"

describe("a launch", () => {
  const tryOut = (...argv: ReadonlyArray<string>) =>
    launch({
      plan: { argv, env: { PATH: "/usr/bin:/bin" }, config: {} },
      stdin: true,
      wiring: [],
      onOutput: () => undefined
    })

  it("of a program that the host does not have is a failure", async () => {
    expect(await tryOut("no-such-program")).toMatchObject({ type: "failed", status: 125, stage: "start" })
  })

  it("of a program that says nothing is a failure that names it", async () => {
    expect(await tryOut("true")).toEqual({
      type: "failed",
      status: 125,
      stage: "start",
      why: "true ended before the namespaces were made"
    })
  })

  it("leaves no descriptor behind when it fails", async () => {
    const descriptors = () => readdirSync("/proc/self/fd").length
    await tryOut("true")
    const before = descriptors()
    for (let time = 0; time < 5; time++) await tryOut("true")
    expect(descriptors()).toBeLessThanOrEqual(before)
  })
})

describe("an exit code", () => {
  it("is the command's own, or 128 and the signal", () => {
    expect(exitCode({ code: 3, signal: null })).toBe(3)
    expect(exitCode({ code: null, signal: "SIGKILL" })).toBe(137)
    expect(exitCode({ code: null, signal: "SIGTERM" })).toBe(143)
  })
})
