import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { absolutePath, open } from "../../src/context/ContextTree.ts"
import { compileIgnoreFile } from "../../src/context/ignore-file.ts"
import { readIgnoreFile } from "../../src/context/read-ignore-file.ts"
import { withTree } from "./temporary-tree.ts"

describe("a context", () => {
  it("reads nothing before it is asked", () => {
    const tree = open("/nonexistent/context")
    expect(Either.isLeft(tree.list(""))).toBe(true)
    expect(Either.getOrThrow(Either.flip(tree.list("")))).toMatchObject({ _tag: "ContextUnreadable", code: "ENOENT" })
  })

  it("lists a directory by code unit, with modes and link targets, and only once", () => {
    withTree({ b: "1", "a/": "", B: "22", é: "", z: "-> a", "～": "", "😀": "" }, (root) => {
      chmodSync(`${root}/b`, 0o4755)
      const tree = open(root)
      expect(Either.getOrThrow(tree.list(""))).toMatchObject([
        { path: "B", type: "file", size: 2 },
        { path: "a", type: "dir" },
        { path: "b", type: "file", mode: 0o4755, size: 1 },
        { path: "z", type: "symlink", linkTarget: "a" },
        { path: "é", type: "file" },
        // In UTF-8 these two would be the other way round.
        { path: "😀" },
        { path: "～" }
      ])
      writeFileSync(`${root}/new`, "")
      expect(Either.getOrThrow(tree.list(""))).toHaveLength(7)
    })
  })

  // Deno writes such a name as another one, so there the case cannot be made.
  const namesAreBytes = !("Deno" in globalThis)
  it.runIf(namesAreBytes)("refuses a directory with a name that is not UTF-8, rather than leaving the file out", () => {
    withTree({ "\ufffd": "this name is text" }, (root) => {
      expect(Either.getOrThrow(open(root).list(""))).toHaveLength(1)
      writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x61, 0xff])]), "")
      expect(Either.getOrThrow(Either.flip(open(root).list("")))).toMatchObject({
        path: expect.stringMatching(/\ufffd/) as string,
        code: "EILSEQ"
      })
      const ignore = Either.getOrThrow(compileIgnoreFile("*\ufffd*"))
      expect(Either.getOrThrow(open(root, ignore).list(""))).toHaveLength(1)
    })
  })

  it("does not give a place outside of itself", () => {
    const tree = open("/root")
    expect(Either.getOrThrow(absolutePath(tree, "a/b"))).toBe("/root/a/b")
    expect(Either.getOrThrow(absolutePath(tree, "a..b"))).toBe("/root/a..b")
    for (const path of ["../a", "a/../../b", "/etc", "a\0b", ".."]) {
      expect(Either.getOrThrow(Either.flip(absolutePath(tree, path)))).toEqual({ _tag: "PathEscapes", path })
    }
  })
})

describe("the ignore file", () => {
  const names = ["x.dockerignore", ".dockerignore", ".containerignore"]
  it("is the first that exists, beside the Dockerfile first", () => {
    for (let present = 0; present <= names.length; present++) {
      const files = Object.fromEntries(names.slice(present).map((name) => [`context/${name}`, name]))
      withTree({ "context/": "", ...files }, (root) => {
        const found = Either.getOrThrow(readIgnoreFile({ root: `${root}/context`, dockerfile: `${root}/context/x` }))
        expect(found?.text).toBe(names[present])
      })
    }
  })

  it("may belong to a Dockerfile outside of the context", () => {
    withTree({ "context/.dockerignore": "in", "elsewhere/x.dockerignore": "out" }, (root) => {
      expect(
        Either.getOrThrow(readIgnoreFile({ root: `${root}/context`, dockerfile: `${root}/elsewhere/x` }))?.text
      ).toBe("out")
    })
  })

  it("that cannot be read is a problem", () => {
    withTree({}, (root) => {
      mkdirSync(`${root}/.dockerignore`)
      expect(Either.getOrThrow(Either.flip(readIgnoreFile({ root, dockerfile: `${root}/D` })))).toMatchObject({
        code: "EISDIR"
      })
    })
  })
})
