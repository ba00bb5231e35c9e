import { execFileSync } from "node:child_process"
import { homedir } from "node:os"
import { afterEach, describe, expect, it } from "vitest"
import { homeOf, homePath } from "../src/home-path.ts"

const before = process.env["HOME"]
afterEach(() => {
  if (before === undefined) delete process.env["HOME"]
  else process.env["HOME"] = before
})

describe("the home of a user", () => {
  it("is what HOME says", () => {
    expect(homeOf({ HOME: "/home/ann" })).toBe("/home/ann")
  })

  it.skipIf(process.getuid?.() !== 0).each([{}, { HOME: "" }])("is that of the account with %j (needs root)", (env) => {
    delete process.env["HOME"]
    expect(homeOf(env)).toBe(execFileSync("sh", ["-c", "echo ~root"], { encoding: "utf8" }).trim())
  })

  it.skipIf(process.getuid?.() !== 0)("is the root directory without an account (needs root)", () => {
    delete process.env["HOME"]
    process.seteuid?.(54_321)
    try {
      expect(homeOf({})).toBe("/")
    } finally {
      process.seteuid?.(0)
    }
  })
})

describe("a path with ~/", () => {
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
