import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as fc from "fast-check"
import { byPath, type Tree } from "../Tree.ts"
import { type TreeOptions, trees } from "./trees.ts"

/**
 * What a layer may say: the entries of a tree, and removals beside and inside of its directories. A removal next to an
 * entry whose name begins with its own, and an opaque directory that is empty, are likely.
 */
export const changeLists = (options: TreeOptions = {}): fc.Arbitrary<ReadonlyArray<TreeChange>> =>
  fc
    .tuple(trees(options), fc.array(fc.tuple(fc.constantFrom("removed", "opaque"), fc.nat(), names), { maxLength: 3 }))
    .map(([tree, marks]) => {
      const directories = ["", ...tree.filter(({ type }) => type === "directory").map(({ path }) => path)]
      const taken = new Set(tree.map(({ path }) => path))
      const list: Array<TreeChange> = [...tree]
      for (const [type, at, name] of marks) {
        const directory = directories[at % directories.length] ?? ""
        const path = directory === "" ? name : `${directory}/${name}`
        if (type === "opaque" && directory !== "" && !taken.has(`${directory}//`)) {
          taken.add(`${directory}//`)
          list.push({ type: "opaque", path: directory })
        } else if (type === "removed" && !taken.has(path)) {
          taken.add(path)
          list.push({ type: "removed", path })
        }
      }
      return list.toSorted(byPath)
    })

const names = fc.constantFrom("a", "b", "gone", "a-", "é", "\n", "..a", "n".repeat(200))

/** The same entries in another order, each directory still before what is in it. */
export const shuffled = (tree: Tree, numbers: Iterable<number>): Tree => {
  const random = numbers[Symbol.iterator]()
  return tree
    .map((entry) => ({ entry, depth: entry.path.split("/").length, rank: Number(random.next().value) }))
    .toSorted((a, b) => a.depth - b.depth || a.rank - b.rank)
    .map(({ entry }) => entry)
}
