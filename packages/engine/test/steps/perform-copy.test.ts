import { describe, expect, it } from "@effect/vitest"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { Effect } from "effect"
import { directory, file, symlink, world } from "../world.ts"
import { context, copy } from "./copied.ts"

describe("COPY of files", () => {
  it.scoped("puts a file at the destination", () =>
    Effect.gen(function* () {
      const root = yield* context({ "a.txt": "A" })
      expect(yield* copy(root, { sources: ["a.txt"], dest: "/b.txt" })).toEqual(["644 0:0 b.txt=A"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("puts a file into a directory that a slash or the tree says it is", () =>
    Effect.gen(function* () {
      const root = yield* context({ "a.txt": "A" })
      const expected = ["755 0:0 dir/", "644 0:0 dir/a.txt=A"]
      expect(yield* copy(root, { sources: ["a.txt"], dest: "/dir/" })).toEqual(expected)
      expect(yield* copy(root, { sources: ["a.txt"], dest: "/dir", onto: [directory("dir")] })).toEqual(expected)
    }).pipe(Effect.provide(world))
  )

  it.scoped("puts a file into the root", () =>
    Effect.gen(function* () {
      const root = yield* context({ "deep/a.txt": "A" })
      expect(yield* copy(root, { sources: ["deep/a.txt"], dest: "/" })).toEqual(["644 0:0 a.txt=A"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("makes directories that are missing, 0755 and root's", () =>
    Effect.gen(function* () {
      const root = yield* context({ a: "A" })
      expect(yield* copy(root, { sources: ["a"], dest: "/x/y/z" })).toEqual([
        "755 0:0 x/",
        "755 0:0 x/y/",
        "644 0:0 x/y/z=A"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("keeps the mode of directories that are there", () =>
    Effect.gen(function* () {
      const root = yield* context({ a: "A" })
      const onto = [directory("x", { mode: 0o700, uid: 5, gid: 6 })]
      expect(yield* copy(root, { sources: ["a"], dest: "/x/y/", onto })).toEqual([
        "700 5:6 x/",
        "755 0:0 x/y/",
        "644 0:0 x/y/a=A"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("replaces a file", () =>
    Effect.gen(function* () {
      const root = yield* context({ a: "new" })
      expect(yield* copy(root, { sources: ["a"], dest: "/f", onto: [file("f", "old", { mode: 0o600 })] })).toEqual([
        "644 0:0 f=new"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("puts several files into one directory", () =>
    Effect.gen(function* () {
      const root = yield* context({ a: "A", "sub/b": "B" })
      expect(yield* copy(root, { sources: ["a", "sub/b"], dest: "/d/" })).toEqual([
        "755 0:0 d/",
        "644 0:0 d/a=A",
        "644 0:0 d/b=B"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("follows a link of the context to its file, under the name of the link", () =>
    Effect.gen(function* () {
      const root = yield* context({ "real.txt": "R", link: "-> real.txt" })
      expect(yield* copy(root, { sources: ["link"], dest: "/d/" })).toEqual(["755 0:0 d/", "644 0:0 d/link=R"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("refuses a place below a file", () =>
    Effect.gen(function* () {
      const root = yield* context({ a: "A" })
      const failure = yield* Effect.flip(copy(root, { sources: ["a"], dest: "/f/", onto: [file("f")] }))
      expect(failure._tag).toBe("StepFailed")
    }).pipe(Effect.provide(world))
  )

  it.scoped("takes what a pattern matches, and does nothing when that is nothing", () =>
    Effect.gen(function* () {
      const root = yield* context({ "a.txt": "A", "b.txt": "B", "c.md": "C" })
      expect(yield* copy(root, { sources: ["*.txt"], dest: "/d/" })).toEqual([
        "755 0:0 d/",
        "644 0:0 d/a.txt=A",
        "644 0:0 d/b.txt=B"
      ])
      expect(yield* copy(root, { sources: ["*.none", "c.md"], dest: "/d/" })).toEqual([
        "755 0:0 d/",
        "644 0:0 d/c.md=C"
      ])
      expect(yield* copy(root, { sources: ["*.none"], dest: "/d/" })).toEqual([])
      expect(yield* copy(root, { sources: ["nope"], dest: "/d/", optional: true })).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("puts several files into a directory that is there, or ends with a slash, and nowhere else", () =>
    Effect.gen(function* () {
      const root = yield* context({ "a.txt": "A", "b.txt": "B" })
      const failure = yield* Effect.flip(copy(root, { sources: ["*.txt"], dest: "/d" }))
      expect(failure.message).toContain("/d must be a directory and end with a slash")
      expect(yield* copy(root, { sources: ["*.txt"], dest: "/d", onto: [directory("d")] })).toContain(
        "644 0:0 d/b.txt=B"
      )
    }).pipe(Effect.provide(world))
  )

  it.scoped("puts no directory in the place of a file or a link, and no file in the place of a directory", () =>
    Effect.gen(function* () {
      const root = yield* context({ "s/sub/x": "X", "s/y": "Y" })
      const refused = (onto: ReadonlyArray<TreeChange>, dest = "/d/") =>
        Effect.map(Effect.flip(copy(root, { sources: ["s"], dest, onto })), ({ message }) => message)
      expect(yield* refused([directory("d"), file("d/sub")])).toContain("/d/sub: it is there and is not a directory")
      expect(yield* refused([directory("d"), directory("e"), symlink("d/sub", "../e")])).toContain(
        "/d/sub: it is there"
      )
      expect(yield* refused([directory("d"), directory("d/y")])).toBe("cannot replace the directory /d/y with a file")
      expect(yield* refused([file("d")])).toContain("cannot copy a directory to /d/")
      expect(yield* refused([file("d")], "/d/deeper/")).toBe("cannot copy to /d/deeper/: /d is not a directory")
    }).pipe(Effect.provide(world))
  )

  it.scoped("writes files whose content stands in the Dockerfile", () =>
    Effect.gen(function* () {
      const root = yield* context({})
      const inline = [{ path: "greeting", content: "hello\n" }]
      expect(yield* copy(root, { dest: "/etc/", inline })).toEqual(["755 0:0 etc/", "644 0:0 etc/greeting=hello\n"])
      expect(yield* copy(root, { dest: "/motd", inline })).toEqual(["644 0:0 motd=hello\n"])
    }).pipe(Effect.provide(world))
  )
})

describe("COPY of directories", () => {
  it.scoped("puts the contents at the destination, not the directory itself", () =>
    Effect.gen(function* () {
      const root = yield* context({ "src/a": "A", "src/sub/b": "B", "src/empty/": "" })
      const expected = [
        "755 0:0 app/",
        "644 0:0 app/a=A",
        "755 0:0 app/empty/",
        "755 0:0 app/sub/",
        "644 0:0 app/sub/b=B"
      ]
      expect(yield* copy(root, { sources: ["src"], dest: "/app" })).toEqual(expected)
      expect(yield* copy(root, { sources: ["src/"], dest: "/app/" })).toEqual(expected)
    }).pipe(Effect.provide(world))
  )

  it.scoped("makes the destination of an empty directory", () =>
    Effect.gen(function* () {
      const root = yield* context({ "empty/": "" })
      expect(yield* copy(root, { sources: ["empty"], dest: "/app" })).toEqual(["755 0:0 app/"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("merges with what is there", () =>
    Effect.gen(function* () {
      const root = yield* context({ "src/etc/new": "N", "src/etc/same": "after" })
      const onto = [directory("etc"), file("etc/old", "O"), file("etc/same", "before")]
      expect(yield* copy(root, { sources: ["src"], dest: "/", onto })).toEqual([
        "755 0:0 etc/",
        "644 0:0 etc/new=N",
        "644 0:0 etc/old=O",
        "644 0:0 etc/same=after"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("goes through a link of the tree to the directory it leads to", () =>
    Effect.gen(function* () {
      const root = yield* context({ "src/libx.so": "X" })
      const onto = [directory("usr"), directory("usr/lib"), symlink("lib", "usr/lib")]
      const expected = ["lib -> usr/lib", "755 0:0 usr/", "755 0:0 usr/lib/", "644 0:0 usr/lib/libx.so=X"]
      expect(yield* copy(root, { sources: ["src"], dest: "/lib", onto })).toEqual(expected)
      expect(yield* copy(root, { sources: ["src"], dest: "/lib/", onto })).toEqual(expected)
      expect(yield* copy(root, { sources: ["src/libx.so"], dest: "/lib", onto })).toEqual(expected)
    }).pipe(Effect.provide(world))
  )

  it.scoped("copies links inside the directory as links", () =>
    Effect.gen(function* () {
      const root = yield* context({ "src/a": "A", "src/link": "-> a", "src/away": "-> /etc/passwd" })
      expect(yield* copy(root, { sources: ["src"], dest: "/d" })).toEqual([
        "755 0:0 d/",
        "644 0:0 d/a=A",
        "d/away -> /etc/passwd",
        "d/link -> a"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("puts the contents of several directories into one", () =>
    Effect.gen(function* () {
      const root = yield* context({ "one/a": "1", "two/b": "2" })
      expect(yield* copy(root, { sources: ["one", "two"], dest: "/d/" })).toEqual([
        "755 0:0 d/",
        "644 0:0 d/a=1",
        "644 0:0 d/b=2"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("refuses a destination that is a file", () =>
    Effect.gen(function* () {
      const root = yield* context({ "src/a": "A" })
      const failure = yield* Effect.flip(copy(root, { sources: ["src"], dest: "/f", onto: [file("f")] }))
      expect(failure.message).toContain("is not a directory")
    }).pipe(Effect.provide(world))
  )
})
