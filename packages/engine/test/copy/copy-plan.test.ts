import { posix } from "node:path"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type Destination, nameCopied, planCopy, settle } from "../../src/copy/copy-plan.ts"
import type { Look } from "../../src/copy/FileRoot.ts"

const file = { name: "f", isDirectory: false }
const directory = { name: "d", isDirectory: true }
const contents = { name: "", isDirectory: true }

describe("where copied things go", () => {
  it.each<[string, typeof file, Destination, ReturnType<typeof planCopy>]>([
    ["a file over a file", file, { path: "/w/g", kind: "file" }, { into: "/w", name: "g" }],
    ["a file to a new name", file, { path: "/w/new" }, { into: "/w", name: "new" }],
    ["a file to a new name in the root", file, { path: "/new" }, { into: "/", name: "new" }],
    ["a file into a directory", file, { path: "/w", kind: "directory" }, { into: "/w", name: "f" }],
    ["a file to a directory that is not there", file, { path: "/w/new/" }, "no such directory"],
    ["a directory over a file", directory, { path: "/w/g", kind: "file" }, "cannot copy directory"],
    ["a directory into a directory", directory, { path: "/w/", kind: "directory" }, { into: "/w/", name: "d" }],
    ["a directory to a new name", directory, { path: "/w/new/" }, { into: "/w", name: "new" }],
    ["what is in a directory into another", contents, { path: "/w", kind: "directory" }, { into: "/w", name: "" }],
    ["what is in a directory to a new name", contents, { path: "/w/new" }, { into: "/w", name: "new" }]
  ])("%s", (_, thing, destination, plan) => {
    expect(planCopy(thing, destination)).toEqual(plan)
  })

  it.each([
    ["/w/d", "d"],
    ["/w/d/", "d"],
    ["/w/d/.", ""],
    ["/", ""],
    ["/.", ""]
  ])("%s is copied as %j", (path, name) => expect(nameCopied(path)).toBe(name))

  it("a new name is always one name, in the directory that the path says", () => {
    const part = fc.constantFrom("a", "b c", "..x", ".h")
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), fc.boolean(), (parts, isDirectory) => {
        const path = `/${parts.join("/")}`
        const plan = planCopy({ name: "x", isDirectory }, { path })
        expect(typeof plan === "string" ? plan : posix.join(plan.into, plan.name)).toBe(path)
        expect(typeof plan === "string" ? "" : plan.name).not.toContain("/")
      })
    )
  })
})

describe("links at the end of a destination", () => {
  const tree = (entries: { readonly [path: string]: Look }) => (path: string) => entries[path]

  it("are followed from the directory that they are in, also to nothing", () => {
    const look = tree({ "/w/l": { kind: "symlink", target: "sub/f" }, "/w/abs": { kind: "symlink", target: "/nope" } })
    expect(settle("/w/l", look)).toEqual({ path: "/w/sub/f" })
    expect(settle("/w/abs", look)).toEqual({ path: "/nope" })
  })

  it("are not followed in a circle", () => {
    const look = tree({ "/a": { kind: "symlink", target: "b" }, "/b": { kind: "symlink", target: "a" } })
    expect(settle("/a", look)).toBe("too many links")
  })
})
