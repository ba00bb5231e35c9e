import { byCodeUnit, isBelow, joinPath, parentOf } from "@gantry/core/tree/safe-path"
import type { TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"

/** A merged tree by path. A file of several names is a file under the first of them, and a hard link under the others. */
export type View = Map<string, TreeEntry>

/** Puts an entry into its place; what stood there is gone. */
export const put = (view: View, entry: TreeEntry): void => {
  if (entry.type !== "directory" || view.get(entry.path)?.type !== "directory") drop(view, entry.path)
  view.set(entry.path, entry)
  if (entry.type === "hardlink") lead(view, entry.target)
}

/** Takes a path away with all that is below it. Files that have other names stay under those. */
export const drop = (view: View, path: string): void => {
  const gone = [...view.keys()].filter((each) => each === path || isBelow(each, path))
  const files = gone.flatMap((each) => view.get(each) ?? []).filter((entry) => entry.type === "file")
  for (const each of gone) view.delete(each)
  for (const file of files) {
    const [heir] = linksTo(view, file.path)
    if (heir === undefined) continue
    view.set(heir, { ...file, path: heir })
    for (const name of linksTo(view, file.path)) view.set(name, linkTo(file, name, heir))
  }
}

/** Makes the first of a file's names the file. */
const lead = (view: View, target: string): void => {
  const file = view.get(target)
  const [first] = linksTo(view, target)
  if (file?.type !== "file" || first === undefined || first > target) return
  for (const name of [target, ...linksTo(view, target)]) view.set(name, linkTo(file, name, first))
  view.set(first, { ...file, path: first })
}

const linksTo = (view: View, target: string): ReadonlyArray<string> =>
  [...view.values()]
    .filter((entry) => entry.type === "hardlink" && entry.target === target)
    .map(({ path }) => path)
    .toSorted(byCodeUnit)

const linkTo = ({ gid, mode, mtimeNs, uid }: TreeEntry, path: string, target: string): TreeEntry => ({
  type: "hardlink",
  path,
  target,
  mode,
  uid,
  gid,
  mtimeNs
})

/** The changes of a layer in the order in which they mean the same as in any: marks speak of the layers below only. */
export const marksFirst = (changes: ReadonlyArray<TreeChange>): ReadonlyArray<TreeChange> => [
  ...changes.filter(({ type }) => type === "removed" || type === "opaque"),
  ...changes.filter(({ type }) => type !== "removed" && type !== "opaque")
]

/** The view of a stack with one more layer on it. A layer always wins: what is in its way is gone. */
export const withLayer = (below: ReadonlyMap<string, TreeEntry>, changes: ReadonlyArray<TreeChange>): View => {
  const view = new Map(below)
  for (const change of marksFirst(changes)) {
    if (change.type === "removed") drop(view, change.path)
    else if (change.type === "opaque") {
      for (const each of view.keys()) if (isBelow(each, change.path)) drop(view, each)
    } else {
      makeParents(view, change)
      put(view, change)
    }
  }
  return view
}

const makeParents = (view: View, { mtimeNs, path }: TreeEntry): void => {
  const parent = parentOf(path)
  if (parent === "" || view.get(parent)?.type === "directory") return
  const directory: TreeEntry = { type: "directory", path: parent, mode: 0o755, uid: 0, gid: 0, mtimeNs }
  makeParents(view, directory)
  put(view, directory)
}

/**
 * The entry at a path, links on the way followed inside the tree, the last one too when `follow` is true. Undefined when there is
 * nothing, or when more than forty links were followed.
 */
export const lookup = (view: ReadonlyMap<string, TreeEntry>, path: string, follow: boolean): TreeEntry | undefined => {
  const rest = path.split("/")
  let real = ""
  let links = 0
  while (rest.length > 0) {
    const part = rest.shift()
    if (part === undefined || part === "" || part === ".") continue
    if (real !== "" && view.get(real)?.type !== "directory") return undefined
    if (part === "..") {
      real = parentOf(real)
      continue
    }
    const next = joinPath(real, part)
    const entry = view.get(next)
    if (entry === undefined) return undefined
    if (entry.type === "symlink" && (follow || rest.length > 0)) {
      if (++links > 40) return undefined
      if (entry.target.startsWith("/")) real = ""
      rest.unshift(...entry.target.split("/"))
    } else real = next
  }
  return real === "" ? (view.get("") ?? rootEntry) : view.get(real)
}

/** The root directory of a tree in which nobody has said anything about it. */
const rootEntry: TreeEntry = { type: "directory", path: "", mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n }
