import { chmodSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { makeOnePassable, makePassable } from "../src/make-passable.ts"

describe("a directory that others go through", () => {
  it("is that whatever the umask, with those above it that were not there, and leaves what is there", () => {
    const root = mkdtempSync(join(tmpdir(), "gantry-passable-"))
    const modeOf = (path: string) => (statSync(join(root, path)).mode & 0o777).toString(8)
    const before = process.umask(0o077)
    try {
      chmodSync(root, 0o750)
      makePassable(join(root, "a/b"))
      makePassable(join(root, "a/b/c"))
      makePassable(root)
      makeOnePassable(join(root, "one"))
      expect(["", "a", "a/b", "a/b/c", "one"].map(modeOf)).toEqual(["750", "711", "711", "711", "711"])
      expect(() => makeOnePassable(join(root, "one"))).toThrow("EEXIST")
    } finally {
      process.umask(before)
      rmSync(root, { recursive: true })
    }
  })
})
