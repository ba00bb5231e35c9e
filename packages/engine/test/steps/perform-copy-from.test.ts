import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { directory, file, symlink, world } from "../world.ts"
import { copyFrom } from "./copied.ts"

describe("COPY --from", () => {
  const stage = [
    directory("out", { mode: 0o700, uid: 1, gid: 2 }),
    file("out/app", "bin", { mode: 0o755, uid: 10, gid: 20 }),
    directory("out/sub", { mode: 0o750, uid: 3, gid: 4 }),
    file("out/sub/data.txt", "D"),
    file("out/more.txt", "M"),
    symlink("link", "out")
  ]

  it.scoped("keeps owner and mode of files", () =>
    Effect.gen(function* () {
      expect(yield* copyFrom(stage, { sources: ["/out/app"], dest: "/bin/" })).toEqual([
        "755 0:0 bin/",
        "755 10:20 bin/app=bin"
      ])
      expect(yield* copyFrom(stage, { sources: ["out/app"], dest: "/bin", chown: "0:0" })).toEqual(["755 0:0 bin=bin"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("copies the contents of a directory, also through a link", () =>
    Effect.gen(function* () {
      const expected = [
        "755 0:0 d/",
        "755 10:20 d/app=bin",
        "644 0:0 d/more.txt=M",
        "750 3:4 d/sub/",
        "644 0:0 d/sub/data.txt=D"
      ]
      expect(yield* copyFrom(stage, { sources: ["/out"], dest: "/d" })).toEqual(expected)
      expect(yield* copyFrom(stage, { sources: ["/link/"], dest: "/d" })).toEqual(expected)
    }).pipe(Effect.provide(world))
  )

  it.scoped("copies a whole tree", () =>
    Effect.gen(function* () {
      const all = yield* copyFrom(stage, { sources: ["/"], dest: "/" })
      expect(all).toContain("755 10:20 out/app=bin")
      expect(all).toContain("link -> out")
    }).pipe(Effect.provide(world))
  )

  it.scoped("matches patterns in the tree, each part of a path for itself", () =>
    Effect.gen(function* () {
      expect(yield* copyFrom(stage, { sources: ["/out/*.txt"], dest: "/d/" })).toEqual([
        "755 0:0 d/",
        "644 0:0 d/more.txt=M"
      ])
      expect(yield* copyFrom(stage, { sources: ["/o*/s*/*"], dest: "/d/" })).toEqual([
        "755 0:0 d/",
        "644 0:0 d/data.txt=D"
      ])
      expect(yield* copyFrom(stage, { sources: ["/none*"], dest: "/d/" })).toEqual([])
    }).pipe(Effect.provide(world))
  )

  it.scoped("leaves out what is excluded, keeps paths, and lets sources be missing", () =>
    Effect.gen(function* () {
      expect(yield* copyFrom(stage, { sources: ["/out"], dest: "/d", exclude: ["sub", "*.txt"] })).toEqual([
        "755 0:0 d/",
        "755 10:20 d/app=bin"
      ])
      expect(yield* copyFrom(stage, { sources: ["/out/./**/*.txt"], dest: "/d", parents: true })).toEqual([
        "755 0:0 d/",
        "644 0:0 d/more.txt=M",
        "750 3:4 d/sub/",
        "644 0:0 d/sub/data.txt=D"
      ])
      expect(yield* copyFrom(stage, { sources: ["/out/app"], dest: "/d", parents: true })).toEqual([
        "755 0:0 d/",
        "700 1:2 d/out/",
        "755 10:20 d/out/app=bin"
      ])
      expect(yield* copyFrom(stage, { sources: ["/nope", "/out/app"], dest: "/d", optional: true })).toEqual([
        "755 10:20 d=bin"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("makes a file of its own of a hard link whose file stays behind", () =>
    Effect.gen(function* () {
      const owned = { mode: 0o600, uid: 1, gid: 2, mtimeNs: 0n }
      const linked: ReadonlyArray<TreeChange> = [
        directory("a"),
        file("a/one", "1", owned),
        directory("b"),
        { type: "hardlink", path: "b/three", target: "a/one", ...owned },
        { type: "hardlink", path: "b/two", target: "a/one", ...owned }
      ]
      expect(yield* copyFrom(linked, { sources: ["/b"], dest: "/new" })).toEqual([
        "755 0:0 new/",
        "600 1:2 new/three=1",
        "new/two == new/three"
      ])
      expect(yield* copyFrom(linked, { sources: ["/b/two"], dest: "/f" })).toEqual(["600 1:2 f=1"])
    }).pipe(Effect.provide(world))
  )

  it.scoped("says which path is not there", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(copyFrom(stage, { sources: ["/out/nope"], dest: "/d" }))
      expect(failure.message).toContain("/out/nope is not in the tree")
    }).pipe(Effect.provide(world))
  )

  it.scoped("keeps hard links inside the directory together", () =>
    Effect.gen(function* () {
      const linked: ReadonlyArray<TreeChange> = [
        directory("d"),
        file("d/one", "1"),
        { type: "hardlink", path: "d/two", target: "d/one", mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n }
      ]
      expect(yield* copyFrom(linked, { sources: ["/d"], dest: "/new" })).toEqual([
        "755 0:0 new/",
        "644 0:0 new/one=1",
        "new/two == new/one"
      ])
    }).pipe(Effect.provide(world))
  )
})
