import * as Either from "effect/Either"
import { describe, expect, it } from "vitest"
import { open } from "../../src/context/ContextTree.ts"
import { describeProblem } from "../../src/context/ContextProblem.ts"
import { compileIgnoreFile } from "../../src/context/ignore-file.ts"
import { select, type SelectOptions } from "../../src/context/select.ts"
import { type Sketch, withTree } from "./temporary-tree.ts"

interface Case extends SelectOptions {
  readonly ignore?: string
}

const sketch: Sketch = {
  "package.json": "{}",
  "a.txt": "a",
  "b.txt": "b",
  "src/main.ts": "m",
  "src/lib/x.ts": "x",
  "src/lib/deep/y.ts": "y",
  "empty/": "",
  here: "-> src/lib",
  up: "-> ../../../src",
  abs: "-> /src",
  "file-link": "-> a.txt",
  dangling: "-> nowhere",
  round: "-> round",
  "links/inner": "-> ../a.txt",
  "links/abs": "-> /src",
  "we[i]rd.txt": "w"
}

const picked = (source: string, { ignore = "", ...options }: Case = {}, files = sketch) =>
  withTree(files, (root) =>
    Either.match(select(open(root, Either.getOrThrow(compileIgnoreFile(ignore))), source, options), {
      onLeft: describeProblem,
      onRight: (matches) => matches.flatMap(({ selected }) => selected.map(({ as }) => as))
    })
  )

const src = ["lib", "lib/deep", "lib/deep/y.ts", "lib/x.ts", "main.ts"]

describe("a source", () => {
  it.each([
    ["a.txt", ["a.txt"]],
    ["/a.txt", ["a.txt"]],
    ["../../a.txt", ["a.txt"]],
    ["src/../a.txt", ["a.txt"]],
    ["a.txt/", ["a.txt"]],
    ["src/main.ts", ["main.ts"]],
    ["src", src],
    ["src/", src],
    ["./src/.", src],
    ["empty", []]
  ])("%s stands for %j", (source, expected) => expect(picked(source)).toEqual(expected))

  it.each([
    ["*.txt", ["a.txt", "b.txt", "we[i]rd.txt"]],
    ["?.txt", ["a.txt", "b.txt"]],
    ["[^a].txt", ["b.txt"]],
    ["we[[]i]rd.txt", ["we[i]rd.txt"]],
    ["s*", src],
    ["s*/*.ts", ["main.ts"]],
    ["src/**/y.ts", []],
    ["*.nothing", []],
    ["pack*/x", []]
  ])("pattern %s stands for %j", (source, expected) => expect(picked(source)).toEqual(expected))

  it("that is the whole context has everything, sorted, with symlinks as they are", () => {
    withTree(sketch, (root) => {
      const [match] = Either.getOrThrow(select(open(root), "."))
      const paths = match!.selected.map(({ as }) => as)
      expect(paths).toEqual(paths.toSorted())
      expect(paths).toHaveLength(20)
      expect(match!.selected.find(({ as }) => as === "here")!.entry).toMatchObject({
        type: "symlink",
        linkTarget: "src/lib"
      })
    })
  })

  it.each([
    ["here/x.ts", ["x.ts"]],
    ["here", ["deep", "deep/y.ts", "x.ts"]],
    ["up/main.ts", ["main.ts"]],
    ["abs/lib/x.ts", ["x.ts"]],
    ["file-link", ["file-link"]],
    ["links/inner", ["inner"]],
    ["links/abs/main.ts", ["main.ts"]],
    ["her*/x.ts", ["x.ts"]]
  ])("%s follows symlinks inside the context: %j", (source, expected) => expect(picked(source)).toEqual(expected))

  it("does not follow a symlink out of the context", () => {
    withTree({ "outside/secret": "s", "context/link": "-> ../outside", "context/abs": "-> /etc" }, (root) => {
      const tree = open(`${root}/context`)
      for (const source of ["link/secret", "abs/passwd", "link", "abs"]) {
        expect(Either.getOrThrow(Either.flip(select(tree, source)))).toMatchObject({ _tag: "SourceMissing" })
      }
    })
  })

  it.each([
    ["pakage.json", "pakage.json is not in the build context; did you mean package.json?"],
    ["src/lib/z.ts", "src/lib/z.ts is not in the build context; did you mean src/lib/x.ts?"],
    ["src/mian.ts", "src/mian.ts is not in the build context; did you mean src/main.ts?"],
    ["nothing/like/it", "nothing/like/it is not in the build context"],
    ["dangling", "dangling is a link to nowhere, which is not in the build context"],
    ["abs/nothing", "abs/nothing is not in the build context: abs is a link to /src"],
    ["round", "round is a link to round, which is not in the build context"],
    ["a.txt/b", "a.txt/b is not in the build context"],
    ["a[", "the pattern a[ is malformed: a [ has no proper end"]
  ])("%s is refused with a hint", (source, sentence) => expect(picked(source)).toBe(sentence))

  it("that is ignored is refused, with the line that decided", () => {
    const ignore = "# c\n*.txt\n"
    expect(picked("a.txt", { ignore })).toBe(
      "a.txt is left out of the build context by line 2 of the ignore file: *.txt"
    )
    expect(picked("file-link", { ignore })).toContain("line 2")
    expect(picked("*.txt", { ignore })).toEqual([])
  })

  it("that is a directory has only what is not ignored", () => {
    expect(picked("src", { ignore: "**/*.ts" })).toEqual(["lib", "lib/deep"])
    expect(picked("src", { ignore: "src\n!src/lib/deep/y.ts" })).toEqual(["lib", "lib/deep", "lib/deep/y.ts"])
    expect(picked("src", { ignore: "*\n!src/lib" })).toEqual(["lib", "lib/deep", "lib/deep/y.ts", "lib/x.ts"])
    expect(picked(".", { ignore: "*\n!**/y.ts" })).toEqual(["src", "src/lib", "src/lib/deep", "src/lib/deep/y.ts"])
    expect(picked("src", { ignore: "src" })).toContain("line 1")
    expect(picked("here", { ignore: "src" })).toContain("line 1")
  })

  it("leaves out what --exclude names, relative to the context", () => {
    expect(picked(".", { exclude: ["*", "!src"] })).toEqual(["src", ...src.map((each) => `src/${each}`)])
    expect(picked("src", { exclude: ["src/lib"] })).toEqual(["main.ts"])
    expect(picked("src", { exclude: ["**/*.ts", "!**/y.ts"] })).toEqual(["lib", "lib/deep", "lib/deep/y.ts"])
    expect(picked("*.txt", { exclude: ["a.*"] })).toEqual(["b.txt", "we[i]rd.txt"])
    expect(picked("src", { exclude: ["["] })).toContain("malformed")
  })

  it("leaves out what --exclude names relative to the source, and files that a source names outright", () => {
    expect(picked("src", { exclude: ["lib"] })).toEqual(["main.ts"])
    expect(picked("src", { exclude: ["lib/*.ts", "main.*", "!main.ts"] })).toEqual([
      "lib",
      "lib/deep",
      "lib/deep/y.ts",
      "main.ts"
    ])
    expect(picked("src/lib/*.ts", { exclude: ["x.*"] })).toEqual([])
    expect(picked("a.txt", { exclude: ["*.txt"] })).toEqual([])
  })

  it("may be missing when it is optional", () => {
    expect(picked("nothing", { optional: true })).toEqual([])
    expect(picked("a.txt", { optional: true, ignore: "*.txt" })).toEqual([])
    expect(picked("a.txt", { optional: true })).toEqual(["a.txt"])
  })

  it("is a symlink itself with --parents", () => {
    withTree({ "d/real": "r", "d/link": "-> real" }, (root) => {
      const [match] = Either.getOrThrow(select(open(root), "d/link", { parents: true }))
      expect(match?.selected.map(({ as, entry }) => [as, entry.type])).toEqual([
        ["d", "dir"],
        ["d/link", "symlink"]
      ])
    })
  })

  it("keeps its path with --parents", () => {
    expect(picked("src/lib/x.ts", { parents: true })).toEqual(["src", "src/lib", "src/lib/x.ts"])
    expect(picked("src/./lib/x.ts", { parents: true })).toEqual(["lib", "lib/x.ts"])
    expect(picked("src/lib/deep", { parents: true })).toEqual(["src", "src/lib", "src/lib/deep", "src/lib/deep/y.ts"])
    expect(picked("src/**/y.ts", { parents: true })).toEqual(["src", "src/lib", "src/lib/deep", "src/lib/deep/y.ts"])
    expect(picked("src/lib/./**", { parents: true })).toEqual(["deep", "deep/y.ts", "x.ts"])
    expect(picked("s*/./**/y.ts", { parents: true })).toEqual(["lib", "lib/deep", "lib/deep/y.ts"])
    // Before the pivot there are plain patterns only.
    expect(picked("s**/./lib/x.ts", { parents: true })).toEqual(["lib", "lib/x.ts"])
    expect(picked("./src/./**/*.ts", { parents: true })).toEqual([
      "lib",
      "lib/deep",
      "lib/deep/y.ts",
      "lib",
      "lib/x.ts",
      "main.ts"
    ])
  })
})
