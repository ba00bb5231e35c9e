import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { directory, file, world } from "../world.ts"
import { context, copy } from "./copied.ts"

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

  it.scoped("does not read an account file that is made to fill the memory", () =>
    Effect.gen(function* () {
      const root = yield* context({ a: "A" })
      const onto = [directory("etc"), file("etc/passwd", `app:x:1000:50::/:/bin/sh\n${"#".repeat(5 << 20)}`)]
      // Not what was copied: it is as long as that file.
      expect(yield* Effect.isFailure(copy(root, { sources: ["a"], dest: "/a", onto, chown: "app" }))).toBe(true)
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
