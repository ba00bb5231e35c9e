import { lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { openTree } from "../../../src/projects/watch/FileTree.ts"

/** A directory `root` in a directory of its own, watched while something is done in it. */
const watching = async <A>(
  skips: (directory: string) => boolean,
  work: (hands: {
    readonly root: string
    readonly next: () => Promise<{ changed: Array<string>; gone: Array<string> }>
  }) => Promise<A>,
  prepare: (root: string) => void = () => undefined
): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "gantry-watch-"))
  const root = join(folder, "root")
  mkdirSync(root)
  prepare(root)
  let rung = false
  let wake: () => void = () => undefined
  const tree = openTree(root, skips, () => {
    rung = true
    wake()
  })
  const next = async () => {
    for (;;) {
      if (!rung) await new Promise<void>((resolve) => (wake = resolve))
      rung = false
      const { changed, gone } = tree.look()
      const inside = (paths: ReadonlyArray<string>) => paths.map((path) => relative(root, path))
      if (changed.length + gone.length > 0) return { changed: inside(changed), gone: inside(gone) }
    }
  }
  try {
    return await work({ root, next })
  } finally {
    tree.close()
    rmSync(folder, { recursive: true })
  }
}

const never = () => false

/** Files and links below a directory, with what says that one has changed. */
const filesIn = (root: string, directory = root): ReadonlyArray<string> =>
  readdirSync(directory).flatMap((name) => {
    const path = join(directory, name)
    return lstatSync(path).isDirectory() ? [relative(root, path), ...filesIn(root, path)] : [relative(root, path)]
  })

describe("a tree of files that is watched", () => {
  it("tells what is new, changed and gone, also in directories that came later", () =>
    watching(never, async ({ next, root }) => {
      writeFileSync(join(root, "a"), "1")
      expect(await next()).toEqual({ changed: ["a"], gone: [] })
      writeFileSync(join(root, "a"), "22")
      expect(await next()).toEqual({ changed: ["a"], gone: [] })
      rmSync(join(root, "a"))
      expect(await next()).toEqual({ changed: [], gone: ["a"] })
      mkdirSync(join(root, "b"))
      expect(await next()).toEqual({ changed: ["b"], gone: [] })
      writeFileSync(join(root, "b", "c"), "3")
      expect(await next()).toEqual({ changed: ["b/c"], gone: [] })
      rmSync(join(root, "b"), { recursive: true })
      const seen = new Set<string>()
      while (!seen.has("b")) for (const path of (await next()).gone) seen.add(path)
      expect([...seen].toSorted()).toEqual(["b", "b/c"])
    }))

  it("tells of a file that another one takes the place of, and does not follow links", () =>
    watching(
      never,
      async ({ next, root }) => {
        writeFileSync(join(dirname(root), "other"), "new")
        renameSync(join(dirname(root), "other"), join(root, "file"))
        expect(await next()).toEqual({ changed: ["file"], gone: [] })
        symlinkSync("..", join(root, "up"))
        expect(await next()).toEqual({ changed: ["up"], gone: [] })
      },
      (root) => writeFileSync(join(root, "file"), "old")
    ))

  it("sees itself go and come back", () =>
    watching(
      never,
      async ({ next, root }) => {
        renameSync(root, `${root}-away`)
        expect(await next()).toEqual({ changed: [], gone: ["", "file"] })
        renameSync(`${root}-away`, root)
        expect(await next()).toEqual({ changed: ["", "file"], gone: [] })
        writeFileSync(join(root, "file"), "more")
        expect(await next()).toEqual({ changed: ["file"], gone: [] })
      },
      (root) => writeFileSync(join(root, "file"), "here")
    ))

  it("does not look into directories that do not count", () =>
    watching(
      (directory) => directory.endsWith("/node_modules"),
      async ({ next, root }) => {
        writeFileSync(join(root, "node_modules", "a"), "1")
        writeFileSync(join(root, "b"), "2")
        expect(await next()).toEqual({ changed: ["b"], gone: [] })
      },
      (root) => mkdirSync(join(root, "node_modules"))
    ))

  it("comes to know what there is, whatever was done and however fast", async () => {
    const place = fc
      .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 })
      .map((names) => names.join("/"))
    const step = fc.oneof(
      fc.record({ kind: fc.constant("write" as const), at: place, text: fc.string({ maxLength: 3 }) }),
      fc.record({ kind: fc.constant("remove" as const), at: place }),
      fc.record({ kind: fc.constant("move" as const), at: place, to: place })
    )
    const run = (root: string, each: typeof step extends fc.Arbitrary<infer Step> ? Step : never) => {
      try {
        if (each.kind === "remove") rmSync(join(root, each.at), { recursive: true, force: true })
        else if (each.kind === "move") renameSync(join(root, each.at), join(root, each.to))
        else {
          mkdirSync(dirname(join(root, each.at)), { recursive: true })
          writeFileSync(join(root, each.at), each.text)
        }
      } catch {
        // A file stands where a directory is wanted, or the other way round: nothing is done.
      }
    }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), (steps) =>
        watching(never, async ({ next, root }) => {
          const known = new Set<string>()
          for (const each of [...steps, { kind: "write" as const, at: "last", text: "" }]) run(root, each)
          while (!known.has("last") || [...known].toSorted().join() !== [...filesIn(root)].toSorted().join()) {
            const { changed, gone } = await next()
            for (const path of gone) known.delete(path)
            for (const path of changed) known.add(path)
          }
          expect([...known].toSorted()).toEqual([...filesIn(root)].toSorted())
        })
      ),
      { numRuns: 50 }
    )
  })
})
