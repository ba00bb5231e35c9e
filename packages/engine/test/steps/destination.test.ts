import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { placeOf } from "../../src/steps/destination.ts"
import { directory, file, layerOf, symlink, world } from "../world.ts"

const tree = layerOf([
  directory("usr"),
  directory("usr/lib"),
  symlink("lib", "usr/lib"),
  symlink("abs", "/usr/lib"),
  symlink("out", "../../../usr"),
  symlink("dangling", "/nowhere/at/all"),
  symlink("turn", "turn"),
  file("etc/motd", "hello")
])

const at = (path: string) =>
  Effect.map(
    Effect.flatMap(tree, (layer) => placeOf([layer], path)),
    ({ blockedBy, entry, missing, path: real }) => ({
      path: real,
      type: entry?.type,
      missing,
      ...(blockedBy === undefined ? {} : { blockedBy })
    })
  )

describe("placeOf", () => {
  it.effect("finds what is there", () =>
    Effect.gen(function* () {
      expect(yield* at("/etc/motd")).toEqual({ path: "etc/motd", type: "file", missing: [] })
      expect(yield* at("/usr/lib/")).toEqual({ path: "usr/lib", type: "directory", missing: [] })
      expect(yield* at("/usr/./lib")).toEqual({ path: "usr/lib", type: "directory", missing: [] })
    }).pipe(Effect.provide(world))
  )

  it.effect("knows the root, also of an empty tree", () =>
    Effect.gen(function* () {
      expect(yield* at("/")).toMatchObject({ path: "", missing: [] })
      expect(yield* placeOf([], "/")).toMatchObject({ path: "", missing: [] })
      expect(yield* placeOf([], "/a/b")).toMatchObject({ path: "a/b", missing: ["a"] })
    }).pipe(Effect.provide(world))
  )

  it.effect("follows links inside the tree, and never out of it", () =>
    Effect.gen(function* () {
      expect(yield* at("/lib")).toMatchObject({ path: "usr/lib", type: "directory" })
      expect(yield* at("/abs/new/file")).toEqual({
        path: "usr/lib/new/file",
        type: undefined,
        missing: ["usr/lib/new"]
      })
      expect(yield* at("/out/lib")).toMatchObject({ path: "usr/lib", type: "directory" })
    }).pipe(Effect.provide(world))
  )

  it.effect("names what is no directory on the way", () =>
    Effect.gen(function* () {
      expect(yield* at("/etc/motd/x")).toMatchObject({ blockedBy: "etc/motd" })
    }).pipe(Effect.provide(world))
  )

  it.effect("lists the directories that are missing, outermost first", () =>
    Effect.gen(function* () {
      expect(yield* at("/a/b/c")).toEqual({ path: "a/b/c", type: undefined, missing: ["a", "a/b"] })
      expect(yield* at("/usr/share/doc")).toEqual({ path: "usr/share/doc", type: undefined, missing: ["usr/share"] })
    }).pipe(Effect.provide(world))
  )

  it.effect("follows a link that leads nowhere to where it points, and replaces one that turns in a circle", () =>
    Effect.gen(function* () {
      const nowhere = ["nowhere", "nowhere/at"]
      expect(yield* at("/dangling")).toEqual({ path: "nowhere/at/all", type: undefined, missing: nowhere })
      expect(yield* at("/dangling/x/../../y")).toEqual({ path: "nowhere/at/y", type: undefined, missing: nowhere })
      expect(yield* at("/turn")).toEqual({ path: "turn", type: undefined, missing: [] })
    }).pipe(Effect.provide(world))
  )
})
