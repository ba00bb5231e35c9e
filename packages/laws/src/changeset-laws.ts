import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { forAll, type Law } from "./Law.ts"
import { trees, treePairs, treeTriples } from "./samples/trees.ts"
import { sameTree, type Tree } from "./Tree.ts"

/** Functions between trees and their changes, held to the laws below. */
export class Changesets extends Context.Tag("@gantry/laws/Changesets")<
  Changesets,
  {
    readonly diff: (from: Tree, to: Tree) => ReadonlyArray<TreeChange>
    readonly apply: (tree: Tree, changes: ReadonlyArray<TreeChange>) => Tree
    readonly sum: (first: ReadonlyArray<TreeChange>, second: ReadonlyArray<TreeChange>) => ReadonlyArray<TreeChange>
  }
>() {}

const all = { devices: true, fifos: true, xattrs: true }

const directory = (path: string): TreeEntry => ({ type: "directory", path, mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n })

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
  )
]
