import { describe, expect, it } from "vitest"
import { canonicalChanges } from "../../src/tree/canonical-changes.ts"
import { applyChanges, diffTrees, sumChanges, type Tree } from "../../src/tree/Changeset.ts"
import type { TreeEntry } from "../../src/tree/TreeEntry.ts"

const meta = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
const file = (path: string, text = "x"): TreeEntry => ({
  ...meta,
  type: "file",
  path,
  size: text.length,
  content: { from: "bytes", bytes: Buffer.from(text) }
})
const directory = (path: string): TreeEntry => ({ ...meta, mode: 0o755, type: "directory", path })
const link = (path: string, target: string): TreeEntry => ({ ...meta, type: "hardlink", path, target })
const spelled = (changes: Iterable<{ readonly type: string; readonly path: string }>) =>
  Array.from(changes, ({ path, type }) => `${type} ${path}`)

describe("diffTrees and applyChanges", () => {
  const pairs: ReadonlyArray<readonly [string, Tree, Tree, ReadonlyArray<string>]> = [
    ["a file that differs in one byte", [file("a", "xy")], [file("a", "xz")], ["file a"]],
    ["a directory that becomes a file", [directory("a"), file("a/b")], [file("a")], ["removed a", "file a"]],
    ["a file that becomes a directory", [file("a")], [directory("a"), file("a/b")], ["directory a", "file a/b"]],
    ["a directory that goes with all in it", [directory("a"), directory("a/b"), file("a/b/c")], [], ["removed a"]],
    ["a name beside a directory that goes", [directory("a"), file("a/b"), file("a-b")], [file("a-b")], ["removed a"]],
    ["a link whose file goes", [file("a"), link("b", "a")], [file("b")], ["removed a", "file b"]],
    ["a link more", [file("a")], [file("a"), link("b", "a")], ["file a", "hardlink b"]]
  ]
  it.each(pairs)("%s", (_, from, to, expected) => {
    const changes = diffTrees(from, to)
    expect(spelled(changes)).toEqual(expected)
    expect(applyChanges(from, changes)).toEqual(to)
  })

  it("an opaque directory keeps itself and loses what was in it", () => {
    expect(spelled(applyChanges([directory("a"), file("a/b"), file("c")], [{ type: "opaque", path: "a" }]))).toEqual([
      "directory a",
      "file c"
    ])
  })

  it("a missing parent is made with the time of what it was made for", () => {
    expect(applyChanges([], [{ ...file("a/b"), mtimeNs: 5n }])[0]).toEqual({ ...directory("a"), mtimeNs: 5n })
  })
})

describe("canonicalChanges", () => {
  it("keeps one entry a path, the last, and no whiteout beside it", () => {
    const all = sumChanges([file("a", "old"), { type: "removed", path: "b" }], [file("a", "new"), directory("b")])
    expect(canonicalChanges(all)).toEqual([file("a", "new"), directory("b"), { type: "opaque", path: "b" }])
  })

  it("forgets what was written into a directory before it was removed", () => {
    expect(
      spelled(canonicalChanges([file("a/b"), { type: "opaque", path: "a/c" }, { type: "removed", path: "a" }]))
    ).toEqual(["removed a"])
  })

  it("ends with links that turn in a circle", () => {
    expect(spelled(canonicalChanges([link("a", "b"), link("b", "a")]))).toEqual(["hardlink a", "hardlink b"])
  })
})
