import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { cannotExecute } from "../../src/steps/foreign-programs.ts"

const amd64 = { os: "linux", architecture: "amd64" }
const arm64 = { os: "linux", architecture: "arm64", variant: "v8" }

/** A rule for arm64 as qemu's packages register it. */
const rule = (state: string, machine = "b700") =>
  `${state}\ninterpreter /usr/bin/qemu-aarch64-static\nflags: F\noffset 0\nmagic 7f454c460201010000000000000000000200${machine}\nmask ffffffffffffff00fffffffffffffffffeffffff\n`

describe("commands of another platform", () => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-binfmt-"))
  afterAll(() => rmSync(directory, { recursive: true }))
  const withRule = (text: string | undefined): string | undefined => {
    rmSync(join(directory, "qemu-aarch64"), { force: true })
    writeFileSync(join(directory, "status"), "enabled\n")
    if (text !== undefined) writeFileSync(join(directory, "qemu-aarch64"), text)
    return cannotExecute(arm64, amd64, directory)
  }

  it("are executed when the processor knows them", () => {
    expect(cannotExecute(amd64, amd64, "/nowhere")).toBeUndefined()
    expect(cannotExecute({ ...amd64, variant: "v3" }, amd64, "/nowhere")).toBeUndefined()
    expect(cannotExecute({ os: "linux", architecture: "386" }, amd64, "/nowhere")).toBeUndefined()
    expect(cannotExecute({ os: "linux", architecture: "arm", variant: "v7" }, arm64, "/nowhere")).toBeUndefined()
  })

  it("are executed when the kernel was told how, and the rule is for them and enabled", () => {
    expect(withRule(rule("enabled"))).toBeUndefined()
    expect(withRule(rule("disabled"))).toContain("no emulator")
    expect(withRule(rule("enabled", "f300"))).toContain("no emulator")
    expect(withRule("enabled\ninterpreter /usr/bin/python\nflags: \nextension .py\n")).toContain("no emulator")
  })

  it("are refused by name otherwise", () => {
    expect(withRule(undefined)).toContain("linux/arm64/v8 cannot be executed on this machine, which is linux/amd64")
    expect(cannotExecute(arm64, amd64, "/nowhere")).toContain("no emulator")
    expect(cannotExecute({ os: "linux", architecture: "constructor" }, amd64, directory)).toContain("no emulator")
    expect(cannotExecute({ os: "windows", architecture: "amd64" }, amd64, directory)).toContain("for windows")
  })
})
