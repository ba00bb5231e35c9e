import { execFileSync, spawnSync } from "node:child_process"
import { afterEach, describe, expect, it } from "vitest"
import { userName } from "../src/user-name.ts"

describe("the login name of a user", () => {
  const before = process.env["USER"]
  afterEach(() => {
    if (before === undefined) delete process.env["USER"]
    else process.env["USER"] = before
  })

  const own = process.getuid?.() ?? 0

  const hasName = spawnSync("id", ["-un"]).status === 0

  it.runIf(hasName).each([
    ["is missing", undefined],
    ["means somebody else", "somebody"]
  ])("is that of id(1) where USER %s", (_, told) => {
    if (told === undefined) delete process.env["USER"]
    else process.env["USER"] = told
    expect(userName(own)).toBe(execFileSync("id", ["-un"], { encoding: "utf8" }).trim())
  })

  it("is the number of a user that no file has", () => {
    expect(userName(3_999_999_999)).toBe("3999999999")
  })
})
