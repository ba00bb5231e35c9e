import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import { spelled, type Tree } from "./Tree.ts"

/**
 * Changes that lead from one tree to another, found in the plainest way: what is not the same is removed, and written
 * again. Laws of stores use these, so that a store is not judged by the same code that it may be made of.
 */
export const plainChanges = (from: Tree, to: Tree): ReadonlyArray<TreeChange> => {
  const before = new Map(from.map((entry) => [entry.path, entry]))
  const after = new Map(to.map((entry) => [entry.path, entry]))
  const same = (path: string) =>
    groupOf(from, path).map(spelled).join("\n") === groupOf(to, path).map(spelled).join("\n")
  const changes: Array<TreeChange> = []
  const gone: Array<string> = []
  for (const { path, type } of from) {
    if (gone.some((each) => path.startsWith(`${each}/`))) continue
    const next = after.get(path)
    if (same(path) || (type === "directory" && next?.type === "directory")) continue
    gone.push(path)
    changes.push({ type: "removed", path })
  }
  for (const entry of to) {
    const kept = before.has(entry.path) && same(entry.path) && !gone.some((each) => entry.path.startsWith(`${each}/`))
    if (!kept) changes.push(entry)
  }
  return changes
}

/**
 * Other changes that lead from one tree to another: each directory at the top that both have is emptied by a mark and filled
 * anew, and the rest is changed plainly. A hard link may lead out of a directory: then all of the tree is emptied.
 */
export const emptyingChanges = (from: Tree, to: Tree): ReadonlyArray<TreeChange> => {
  const linked = [...from, ...to].some(({ type }) => type === "hardlink")
  const isDirectory = (path: string) => (each: Tree[number]) => each.path === path && each.type === "directory"
  const shared = from.flatMap(({ path }) =>
    !path.includes("/") && from.some(isDirectory(path)) && to.some(isDirectory(path)) ? [path] : []
  )
  const emptied = new Set(linked ? [""] : shared)
  const isInside = (path: string) => emptied.has("") || emptied.has(path.split("/")[0] ?? path)
  const outside = (tree: Tree) => tree.filter(({ path }) => !isInside(path))
  return [
    ...Array.from(emptied, (path) => ({ type: "opaque", path }) as const),
    ...plainChanges(outside(from), outside(to)),
    ...to.filter(({ path }) => isInside(path))
  ]
}

/** All names of the file at a path. Files with several names are the same only when all their names are. */
const groupOf = (tree: Tree, path: string): Tree => {
  const entry = tree.find((each) => each.path === path)
  const first = entry?.type === "hardlink" ? entry.target : path
  return tree.filter((each) => each.path === first || (each.type === "hardlink" && each.target === first))
}
