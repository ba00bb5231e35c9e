import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { removeTree } from "../src/remove-tree.ts"

describe("removal of a tree", () => {
  let directory = ""
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "gantry-remove-"))))
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it.each([0, 3, 31, 32, 33, 200])("takes away all of %d files in directories of each other", async (count) => {
    let place = join(directory, "tree")
    mkdirSync(place)
    for (let index = 0; index < count; index++) {
      if (index % 3 === 2) mkdirSync((place = join(place, `d${index}`)))
      else writeFileSync(join(place, `f${index}`), "")
    }
    await removeTree(join(directory, "tree"))
    expect(existsSync(join(directory, "tree"))).toBe(false)
  })

  it("does not follow links out of it", async () => {
    writeFileSync(join(directory, "kept"), "kept")
    mkdirSync(join(directory, "tree"))
    symlinkSync("..", join(directory, "tree/up"))
    symlinkSync("../kept", join(directory, "tree/file"))
    await removeTree(join(directory, "tree"))
    expect(readFileSync(join(directory, "kept"), "utf8")).toBe("kept")
    expect(existsSync(join(directory, "tree"))).toBe(false)
  })

  it("has nothing to do where nothing is", async () => {
    await removeTree(join(directory, "none"))
    expect(existsSync(directory)).toBe(true)
  })
})
