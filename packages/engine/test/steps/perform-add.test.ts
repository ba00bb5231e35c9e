import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { hasProgram } from "../has-program.ts"
import { world } from "../world.ts"
import { context, copy } from "./copied.ts"

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
    // tar starts a program for what it does not do itself.
    const packer = option === "--no-auto-compress" ? "tar" : option.slice(2)
    it.scoped.skipIf(!hasProgram(packer))(`unpacks what tar ${option} made, whatever it is called`, () =>
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

  it.scoped("leaves what it unpacks the owners and modes of the archive", () =>
    Effect.gen(function* () {
      const root = yield* packed({ a: "A" })
      expect(yield* copy(root, { sources: ["a.bin"], dest: "/d/", unpack: true, chown: "9:9", chmod: "700" })).toEqual([
        "755 9:9 d/",
        "644 5:6 d/a=A"
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
