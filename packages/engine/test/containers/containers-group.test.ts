import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { groupFor, groupOf, noteGroup } from "../../src/containers/containers-group.ts"
import { directoryOf } from "../../src/containers/directory-of.ts"

describe("the control group of a container", () => {
  const root = { instance: "", root: "/x" }

  it.each([
    [undefined, "gantry/c1"],
    ["batch", "batch/c1"],
    ["/batch/night", "batch/night/c1"],
    ["../../batch/./x//", "batch/x/c1"],
    ["/", "c1"],
    ["..", "c1"]
  ])("below %s is %s", (cgroupParent, expected) => {
    expect(groupFor(root, { id: "c1", ...(cgroupParent === undefined ? {} : { cgroupParent }) })).toBe(expected)
  })

  it("is remembered when it is not the usual one, until the container starts elsewhere", () => {
    const settings = { instance: "ab", root: mkdtempSync(join(tmpdir(), "group-")) }
    const directory = directoryOf(settings.root, "c1")
    mkdirSync(directory, { recursive: true })
    noteGroup(directory, "batch/c1", { cgroupParent: "/batch" })
    expect(groupOf(settings, "c1")).toBe("batch/c1")
    noteGroup(directory, "gantry-ab/c1", {})
    expect(groupOf(settings, "c1")).toBe("gantry-ab/c1")
    rmSync(settings.root, { recursive: true })
  })
})
