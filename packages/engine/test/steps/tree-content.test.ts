import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { treeContent } from "../../src/steps/tree-content.ts"
import { directory, file, layerOf, symlink, world } from "../world.ts"

const stage: ReadonlyArray<TreeChange> = [
  directory("out", { mode: 0o700 }),
  file("out/app", "bin", { mode: 0o755, uid: 1, gid: 2 }),
  symlink("out/link", "app"),
  directory("out/sub"),
  file("aside", "1")
]

interface Asked {
  readonly sources?: ReadonlyArray<string>
  readonly exclude?: ReadonlyArray<string>
}

const content = (tree: ReadonlyArray<TreeChange>, { exclude = [], sources = ["/out"] }: Asked = {}) =>
  Effect.flatMap(layerOf(tree), (layer) =>
    treeContent({ of: "tree", stack: [layer], sources, exclude, parents: false, optional: false })
  )

const changed = (path: string, change: Partial<TreeChange>): ReadonlyArray<TreeChange> =>
  stage.map((each) => (each.path === path ? ({ ...each, ...change } as TreeChange) : each))

describe("the content that a copy takes of another tree", () => {
  it.scoped("is other when anything of it is", () =>
    Effect.gen(function* () {
      const all = yield* Effect.forEach(
        [
          stage,
          changed("out/app", file("out/app", "BIN", { mode: 0o755, uid: 1, gid: 2 })),
          changed("out/app", { mode: 0o4755 }),
          changed("out/app", { uid: 2 }),
          changed("out/app", { gid: 1 }),
          changed("out/app", { xattrs: new Map([["user.a", new Uint8Array([1])]]) }),
          changed("out/app", { path: "out/apq" }),
          changed("out/link", { target: "sub" }),
          changed("out/sub", { type: "fifo" }),
          [...stage, file("out/more", "")],
          stage.filter(({ path }) => path !== "out/sub")
        ],
        (tree) => content(tree)
      )
      expect(new Set(all).size).toBe(all.length)
    }).pipe(Effect.provide(world))
  )

  it.scoped("is the same when only times are other, or what is beside it", () =>
    Effect.gen(function* () {
      const first = yield* content(stage)
      expect(yield* content(changed("out/app", { mtimeNs: 7_000_000_000n }))).toBe(first)
      expect(yield* content(changed("aside", file("aside", "2")))).toBe(first)
      expect(yield* content([...stage, directory("beside")])).toBe(first)
      // Of a directory that is named its contents are copied, not itself.
      expect(yield* content(changed("out", { mode: 0o755 }))).toBe(first)
    }).pipe(Effect.provide(world))
  )

  it.scoped("depends on what is named and on what is left out of it", () =>
    Effect.gen(function* () {
      const first = yield* content(stage)
      expect(yield* content(stage, { sources: ["/out/app"] })).not.toBe(first)
      expect(yield* content(stage, { sources: ["/out", "/aside"] })).not.toBe(first)
      const without = yield* content(stage, { exclude: ["app"] })
      expect(without).not.toBe(first)
      expect(yield* content(changed("out/app", { mode: 0o600 }), { exclude: ["app"] })).toBe(without)
    }).pipe(Effect.provide(world))
  )

  it.scoped("fails where the copy would", () =>
    Effect.gen(function* () {
      const failed = yield* Effect.exit(content(stage, { sources: ["/none"] }))
      expect(Exit.isFailure(failed) && String(failed.cause)).toContain("/none is not in the tree it is copied from")
    }).pipe(Effect.provide(world))
  )
})
