import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { open } from "@gantry/build/context/ContextTree"
import { nothingIgnored } from "@gantry/build/context/ignore-file"
import { select } from "@gantry/build/context/select"
import type { CopyRequest } from "@gantry/build/solve/StepExecutor"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Either, Option } from "effect"
import { performCopy } from "../../src/steps/perform-copy.ts"
import { directory, file, layerOf, listing, scratch, symlink, world } from "../world.ts"

/** A directory of the host: names ending in a slash are directories, an arrow makes a link. */
const context = (files: Readonly<Record<string, string>>) =>
  Effect.map(scratch, (root) => {
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, name)
      mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true })
      if (text.startsWith("-> ")) symlinkSync(text.slice(3), path)
      else if (!name.endsWith("/")) writeFileSync(path, text)
      if (!text.startsWith("-> ")) chmodSync(path, name.endsWith("/") ? 0o755 : 0o644)
    }
    return root
  })

const place = { text: "COPY", platform: { os: "linux", architecture: "amd64" } }

interface Asked extends Partial<Omit<CopyRequest, "from" | "stack">> {
  readonly sources?: ReadonlyArray<string>
  readonly dest: string
  /** What the tree holds before. */
  readonly onto?: ReadonlyArray<TreeChange>
}

/** COPY from a directory of the host. */
const copy = (root: string, { onto = [], sources = [], ...more }: Asked) =>
  Effect.gen(function* () {
    const tree = open(root, nothingIgnored)
    const matches = sources.flatMap((source) => Either.getOrThrow(select(tree, source)))
    const stack = onto.length === 0 ? [] : [yield* layerOf(onto)]
    const layer = yield* performCopy(
      { ...place, unpack: false, inline: [], stack, from: { of: "context", selection: { matches } }, ...more },
      tree
    )
    return yield* listing([...stack, ...Option.toArray(Option.map(layer, ({ diffId }) => diffId))])
  })

/** COPY --from: out of another tree. */
const copyFrom = (tree: ReadonlyArray<TreeChange>, { onto = [], sources = [], ...more }: Asked) =>
  Effect.gen(function* () {
    const stack = onto.length === 0 ? [] : [yield* layerOf(onto)]
    const from = { of: "tree" as const, stack: [yield* layerOf(tree)], sources, exclude: [], parents: false }
    const layer = yield* performCopy(
      { ...place, unpack: false, inline: [], stack, from, ...more },
      open("/nowhere", nothingIgnored)
    )
    return yield* listing([...stack, ...Option.toArray(Option.map(layer, ({ diffId }) => diffId))])
  })

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

  it.scoped("takes what a pattern matches, and fails when nothing is left to copy", () =>
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
      const failure = yield* Effect.flip(copy(root, { sources: ["*.none"], dest: "/d/" }))
      expect(failure.message).toContain("no source matched")
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

describe("--chown and --chmod", () => {
  const accounts = [
    directory("etc"),
    file("etc/passwd", "app:x:1000:50::/:/bin/sh\n"),
    file("etc/group", "www:x:33:\n")
  ]
  const added = (lines: ReadonlyArray<string>) => lines.filter((line) => !line.includes("etc"))

  it.scoped("finds names in the tree that is copied into", () =>
    Effect.gen(function* () {
      const root = yield* context({ a: "A" })
      const to = (chown: string) => Effect.map(copy(root, { sources: ["a"], dest: "/a", onto: accounts, chown }), added)
      expect(yield* to("app")).toEqual(["644 1000:50 a=A"])
      expect(yield* to("app:www")).toEqual(["644 1000:33 a=A"])
      expect(yield* to("7")).toEqual(["644 7:7 a=A"])
      expect(yield* to("7:8")).toEqual(["644 7:8 a=A"])
      expect((yield* Effect.flip(to("nobody"))).message).toContain('user "nobody" is not in the image')
    }).pipe(Effect.provide(world))
  )

  it.scoped("needs no account files for numbers", () =>
    Effect.gen(function* () {
      const root = yield* context({ a: "A" })
      expect(yield* copy(root, { sources: ["a"], dest: "/a", chown: "7" })).toEqual(["644 7:7 a=A"])
      expect((yield* Effect.flip(copy(root, { sources: ["a"], dest: "/a", chown: "app" })))._tag).toBe("StepFailed")
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives everything that is made the owner, directories on the way too", () =>
    Effect.gen(function* () {
      const root = yield* context({ "src/sub/a": "A" })
      expect(yield* copy(root, { sources: ["src"], dest: "/x/y", chown: "7:8" })).toEqual([
        "755 7:8 x/",
        "755 7:8 x/y/",
        "755 7:8 x/y/sub/",
        "644 7:8 x/y/sub/a=A"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives copied files the mode, and leaves directories on the way open", () =>
    Effect.gen(function* () {
      const root = yield* context({ secret: "S" })
      expect(yield* copy(root, { sources: ["secret"], dest: "/run/keys/secret", chmod: "600" })).toEqual([
        "755 0:0 run/",
        "755 0:0 run/keys/",
        "600 0:0 run/keys/secret=S"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("changes modes letter by letter, of files and directories each as they are", () =>
    Effect.gen(function* () {
      const root = yield* context({ "src/sub/a": "A" })
      expect(yield* copy(root, { sources: ["src"], dest: "/d", chmod: "u=rwX,go=" })).toEqual([
        "755 0:0 d/",
        "700 0:0 d/sub/",
        "600 0:0 d/sub/a=A"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("leaves the mode of links alone", () =>
    Effect.gen(function* () {
      const root = yield* context({ "src/a": "A", "src/link": "-> a" })
      expect(yield* copy(root, { sources: ["src"], dest: "/d", chmod: "600" })).toContain("d/link -> a")
    }).pipe(Effect.provide(world))
  )

  it.scoped("refuses a mode that is none", () =>
    Effect.gen(function* () {
      const root = yield* context({ a: "A" })
      const failure = yield* Effect.flip(copy(root, { sources: ["a"], dest: "/a", chmod: "rwx" }))
      expect(failure.message).toContain("--chmod=rwx")
    }).pipe(Effect.provide(world))
  )
})

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
      expect((yield* Effect.flip(copyFrom(stage, { sources: ["/none*"], dest: "/d/" }))).message).toContain(
        "no source matched"
      )
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

describe("ADD of archives", () => {
  const packed = (files: Readonly<Record<string, string>>, ...options: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const inside = yield* context(files)
      const root = yield* context({})
      execFileSync("tar", [
        "--owner=5",
        "--group=6",
        "--numeric-owner",
        ...options,
        "-cf",
        join(root, "a.bin"),
        "-C",
        inside,
        "."
      ])
      return root
    })
  const contents = ["755 0:0 d/", "755 5:6 d/sub/", "644 5:6 d/sub/a=A", "d/sub/link -> a"]
  const files = { "sub/a": "A", "sub/link": "-> a" }

  for (const option of ["--no-auto-compress", "--gzip", "--bzip2", "--xz"]) {
    it.scoped(`unpacks what tar ${option} made, whatever it is called`, () =>
      Effect.gen(function* () {
        const root = yield* packed(files, option)
        expect(yield* copy(root, { sources: ["a.bin"], dest: "/d/", unpack: true })).toEqual(contents)
      }).pipe(Effect.provide(world))
    )
  }

  it.scoped("unpacks at the destination even when it has no slash at the end", () =>
    Effect.gen(function* () {
      const root = yield* packed(files, "--gzip")
      expect((yield* copy(root, { sources: ["a.bin"], dest: "/d", unpack: true })).slice(1)).toEqual(contents.slice(1))
    }).pipe(Effect.provide(world))
  )

  it.scoped("gives what it unpacks the owner that is asked for", () =>
    Effect.gen(function* () {
      const root = yield* packed({ a: "A" })
      expect(yield* copy(root, { sources: ["a.bin"], dest: "/d/", unpack: true, chown: "9:9" })).toEqual([
        "755 9:9 d/",
        "644 9:9 d/a=A"
      ])
    }).pipe(Effect.provide(world))
  )

  it.scoped("is copied as it is by COPY", () =>
    Effect.gen(function* () {
      const root = yield* packed({ a: "A" }, "--gzip")
      const lines = yield* copy(root, { sources: ["a.bin"], dest: "/d/" })
      expect(lines).toHaveLength(2)
      expect(lines[1]).toContain("d/a.bin=")
    }).pipe(Effect.provide(world))
  )

  it.scoped("copies a file that is no archive, whatever its name says", () =>
    Effect.gen(function* () {
      const root = yield* context({ "a.tar.gz": "text" })
      expect(yield* copy(root, { sources: ["a.tar.gz"], dest: "/d/", unpack: true })).toEqual([
        "755 0:0 d/",
        "644 0:0 d/a.tar.gz=text"
      ])
    }).pipe(Effect.provide(world))
  )
})
