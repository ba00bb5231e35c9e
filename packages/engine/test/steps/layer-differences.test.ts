import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { describe, expect, it } from "vitest"
import { layerDifferences } from "../../src/steps/layer-differences.ts"
import { directory, file, symlink } from "../world.ts"

const entry = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
const device = (minor: number): TreeChange => ({ ...entry, path: "n", type: "char", major: 1, minor })
const marked = (value: string) => file("f", "x", { xattrs: new Map([["user.a", Buffer.from(value)]]) })

describe("layerDifferences", () => {
  it.each<readonly [string, TreeChange, TreeChange]>([
    ["content", file("f", "one"), file("f", "two")],
    ["content", file("f", "one"), file("f", "longer")],
    ["mode", file("f", "x"), file("f", "x", { mode: 0o600 })],
    ["owner", file("f", "x"), file("f", "x", { gid: 3 })],
    ["owner", directory("d"), directory("d", { uid: 1 })],
    ["target", symlink("l", "a"), symlink("l", "b")],
    ["type", symlink("f", "a"), file("f", "a")],
    ["type", { type: "removed", path: "f" }, file("f", "a")],
    ["device", device(3), device(5)],
    ["attributes", marked("1"), marked("2")]
  ])("names %s as what differs", (change, before, after) => {
    expect(layerDifferences([before], [after])).toEqual([{ path: `/${after.path}`, change }])
    expect(layerDifferences([before], [before])).toEqual([])
  })

  it("says what only one of the layers has, sorted by path", () => {
    const found = layerDifferences(
      [file("b"), { type: "removed", path: "d" }],
      [file("a"), { type: "removed", path: "c" }]
    )
    expect(found).toEqual([
      { path: "/a", change: "added" },
      { path: "/b", change: "removed" },
      { path: "/c", change: "removed" },
      { path: "/d", change: "added" }
    ])
  })

  it("tells a directory that hides what is below it from one that does not", () => {
    const found = layerDifferences([directory("d")], [directory("d"), { type: "opaque", path: "d" }])
    expect(found).toEqual([{ path: "/d", change: "type" }])
  })

  it("takes no notice of times and of the order of what is listed", () => {
    const before = [file("a", "x"), file("b", "y")]
    expect(layerDifferences(before, [file("b", "y", { mtimeNs: 9n }), file("a", "x", { mtimeNs: 8n })])).toEqual([])
  })
})
