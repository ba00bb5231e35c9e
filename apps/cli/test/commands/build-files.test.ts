import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { afterAll, describe, expect, it } from "vitest"
import { removeStale, writeWhole } from "../../src/commands/build-files.ts"

const cwd = mkdtempSync(join(tmpdir(), "gantry-build-files-"))
afterAll(() => rmSync(cwd, { recursive: true }))

describe("a file that a build leaves", () => {
  it("has all of its text, and nothing is beside it", async () => {
    await Effect.runPromise(writeWhole("id", "sha256:1", cwd))
    expect([readFileSync(join(cwd, "id"), "utf8"), readdirSync(cwd)]).toEqual(["sha256:1", ["id"]])
  })

  it.each([
    ["none/id", "none/id cannot be written: there is no such directory"],
    ["id/id", "id/id cannot be written: a part of its path is not a directory"]
  ])("is refused as %s in words, without the name of its draft", async (path, message) => {
    await Effect.runPromise(writeWhole("id", "sha256:1", cwd))
    const failure = await Effect.runPromise(Effect.flip(writeWhole(path, "sha256:2", cwd)))
    expect(failure.message).toBe(message)
  })

  it("is taken away before the build, where it is there", async () => {
    await Effect.runPromise(writeWhole("id", "sha256:1", cwd))
    for (const each of ["id/id", "none/id", undefined, "id"]) await Effect.runPromise(removeStale(each, cwd))
    expect(readdirSync(cwd)).toEqual([])
    await Effect.runPromise(removeStale(".", cwd))
    expect(existsSync(cwd)).toBe(true)
  })

  it("that can be nowhere is refused where it is written, not before", async () => {
    const name = "x".repeat(5000)
    await Effect.runPromise(removeStale(name, cwd))
    const failure = await Effect.runPromise(Effect.flip(writeWhole(name, "", cwd)))
    expect(failure.message).toContain("cannot be written")
  })
})
