import { homedir } from "node:os"
import { afterEach, describe, expect, it } from "vitest"
import { homePath } from "../src/home-path.ts"

describe("a path with ~/", () => {
  const before = process.env["HOME"]
  afterEach(() => {
    if (before === undefined) delete process.env["HOME"]
    else process.env["HOME"] = before
  })

  it("begins in the user's home, and no other path does", () => {
    process.env["HOME"] = "/home/$&ann"
    expect(homePath("~/key")).toBe("/home/$&ann/key")
    expect(homePath("~/key").startsWith(homedir())).toBe(true)
    for (const path of ["~", "~bob/key", "a/~/key", "/key", ""]) expect(homePath(path)).toBe(path)
  })

  it.skipIf(process.getuid?.() !== 0)("stays as it is for a user without a home (needs root)", () => {
    delete process.env["HOME"]
    process.seteuid?.(54_321)
    try {
      expect([homePath("key"), homePath("~/key")]).toEqual(["key", "~/key"])
    } finally {
      process.seteuid?.(0)
    }
  })
})
