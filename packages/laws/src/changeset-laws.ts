import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { forAll, type Law } from "./Law.ts"
import { changeLists } from "./samples/changes.ts"
import { trees, treePairs, treeTriples } from "./samples/trees.ts"
import { sameChanges, sameTree, type Tree } from "./Tree.ts"

/** Functions between trees and their changes, held to the laws below. */
export class Changesets extends Context.Tag("@gantry/laws/Changesets")<
  Changesets,
  {
    readonly diff: (from: Tree, to: Tree) => ReadonlyArray<TreeChange>
    readonly apply: (tree: Tree, changes: ReadonlyArray<TreeChange>) => Tree
    readonly sum: (first: ReadonlyArray<TreeChange>, second: ReadonlyArray<TreeChange>) => ReadonlyArray<TreeChange>
    /** The one list that an archive spells. */
    readonly canonical: (changes: ReadonlyArray<TreeChange>) => ReadonlyArray<TreeChange>
  }
>() {}

const all = { devices: true, fifos: true, xattrs: true }

const directory = (path: string): TreeEntry => ({ type: "directory", path, mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n })

const file = (path: string): TreeEntry & { readonly type: "file" } => ({
  ...directory(path),
  type: "file",
  size: 0,
  content: { from: "bytes", bytes: new Uint8Array() }
})

/** What the arithmetic of trees and changes must make true. */
export const changesetLaws: ReadonlyArray<Law<Changesets>> = [
  forAll(
    "CHG-1",
    "the changes from one tree to another, applied to the first, give the second",
    treePairs(all),
    ([from, to]) => Effect.map(Changesets, ({ apply, diff }) => sameTree(apply(from, diff(from, to)), to)),
    { runs: 300 }
  ),

  forAll(
    "CHG-2",
    "no changes, applied to a tree, give the tree",
    trees(all),
    (tree) =>
      Effect.map(Changesets, ({ apply, diff }) => sameTree(apply(tree, []), tree) && diff(tree, tree).length === 0),
    { runs: 100 }
  ),

  forAll(
    "CHG-3",
    "applying changes one after the other is applying their sum",
    treeTriples(all),
    ([tree, next, last]) =>
      Effect.map(Changesets, ({ apply, diff, sum }) => {
        const [first, second] = [diff(tree, next), diff(next, last)]
        return sameTree(apply(tree, sum(first, second)), apply(apply(tree, first), second))
      }),
    { runs: 300 }
  ),

  forAll(
    "CHG-4",
    "each removal takes away something that is there",
    treePairs(all),
    ([from, to]) =>
      Effect.map(Changesets, ({ apply, diff }) => {
        const changes = diff(from, to)
        return changes.every(
          ({ path, type }, index) =>
            type !== "removed" || apply(from, changes.slice(0, index)).some((entry) => entry.path === path)
        )
      }),
    // `a-b` stands between `a` and `a/b`: what is below a directory does not follow it at once.
    { runs: 200, examples: [[[directory("a"), directory("a-b"), directory("a/b")], []]] }
  ),

  forAll(
    "CHG-5",
    "the canonical form of changes, in whichever order it is applied, does what they do one after the other",
    fc.tuple(treeTriples(all), changeLists(all)),
    ([[tree, next, last], more]) =>
      Effect.map(Changesets, ({ apply, canonical, diff }) => {
        const changes = [...diff(tree, next), ...diff(next, last), ...more]
        const form = canonical(changes)
        const marks = form.filter(({ type }) => type === "removed" || type === "opaque")
        const entries = form.filter(({ type }) => type !== "removed" && type !== "opaque")
        const expected = apply(tree, changes)
        return (
          sameTree(apply(tree, form), expected) &&
          // As a reader of archives takes them: marks speak of what lies below only.
          sameTree(apply(tree, [...marks, ...entries]), expected) &&
          new Set(entries.map(({ path }) => path)).size === entries.length &&
          sameChanges(canonical(form), form)
        )
      }),
    {
      runs: 300,
      examples: [
        [
          [[], [], []],
          [directory("a"), file("a/b"), { type: "opaque", path: "a" }]
        ],
        [
          [[], [], []],
          [file("a"), file("a/b")]
        ],
        [
          [[], [], []],
          [directory("a"), file("a/b"), file("a")]
        ],
        [
          [[], [], []],
          [file("a"), { ...file("b"), type: "hardlink", target: "a" }, { ...file("a"), mode: 0o600 }]
        ],
        [
          [[directory("a"), file("a/b")], [], []],
          [file("a"), directory("a")]
        ],
        [
          [[directory("a"), file("a/b")], [], []],
          [{ type: "removed", path: "a/b" }, { type: "removed", path: "a" }, file("a")]
        ]
      ]
    }
  )
]
