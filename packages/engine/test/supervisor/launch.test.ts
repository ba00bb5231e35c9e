import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { exitCode, launch } from "../../src/supervisor/launch.ts"

describe("a launch", () => {
  let scratch: string
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), "gantry-launch-"))
  })
  afterEach(() => rmSync(scratch, { recursive: true, force: true }))

  const tryOut = (...argv: ReadonlyArray<string>) =>
    launch({
      plan: { argv, env: { PATH: "/usr/bin:/bin" }, config: {} },
      scratch,
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

  it("leaves no descriptor and no file behind when it fails", async () => {
    const descriptors = () => readdirSync("/proc/self/fd").length
    await tryOut("true")
    const before = descriptors()
    for (let time = 0; time < 5; time++) await tryOut("true")
    expect(descriptors()).toBeLessThanOrEqual(before)
    expect(readdirSync(scratch)).toEqual([])
  })
})

describe("an exit code", () => {
  it("is the command's own, or 128 and the signal", () => {
    expect(exitCode({ code: 3, signal: null })).toBe(3)
    expect(exitCode({ code: null, signal: "SIGKILL" })).toBe(137)
    expect(exitCode({ code: null, signal: "SIGTERM" })).toBe(143)
  })
})
