import { byCodeUnit, isBelow, parentOf } from "./safe-path.ts"
import type { TreeChange, TreeEntry } from "./TreeEntry.ts"

/** A file tree at rest: every directory but the root is an entry. Sorted by path, so that parents come first. */
export type Tree = ReadonlyArray<TreeEntry>

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

const sameXattrs = (a: TreeEntry["xattrs"], b: TreeEntry["xattrs"]): boolean => {
  if ((a?.size ?? 0) !== (b?.size ?? 0)) return false
  for (const [name, value] of a ?? []) {
    const other = b?.get(name)
    if (other === undefined || !sameBytes(value, other)) return false
  }
  return true
}

/** Whether two contents are known to be the same without reading anything. */
const sameContent = (a: TreeEntry, b: TreeEntry): boolean => {
  if (a.type !== "file" || b.type !== "file") return true
  if (a.content === b.content) return true
  if (a.content.from === "bytes" && b.content.from === "bytes") return sameBytes(a.content.bytes, b.content.bytes)
  return a.content.from === "file" && b.content.from === "file" && a.content.path === b.content.path
}

/** Whether an entry says the same as another: contents in memory by their bytes, contents of the host by their path. */
export const sameEntry = (a: TreeEntry, b: TreeEntry): boolean => {
  if (a.type !== b.type || a.path !== b.path) return false
  if (a.type === "hardlink" || b.type === "hardlink") return "target" in a && "target" in b && a.target === b.target
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid || a.mtimeNs !== b.mtimeNs) return false
  if ("target" in a && "target" in b && a.target !== b.target) return false
  if ("size" in a && "size" in b && a.size !== b.size) return false
  if ("major" in a && "major" in b && (a.major !== b.major || a.minor !== b.minor)) return false
  return sameXattrs(a.xattrs, b.xattrs) && sameContent(a, b)
}

/** The path whose bytes an entry has: its own, or that of the file it is a link to. */
const carrierOf = (entry: TreeEntry): string => (entry.type === "hardlink" ? entry.target : entry.path)

/**
 * The changes that make `to` out of `from`, sorted by path: what was replaced by something of another kind is removed
 * first, and a file is written again with all its names when one of them changed, because a link can only be made to a
 * file that the changes or the tree below hold (CHG-1).
 */
export const diffTrees = (from: Tree, to: Tree): ReadonlyArray<TreeChange> => {
  const before = new Map(from.map((entry) => [entry.path, entry]))
  const after = new Map(to.map((entry) => [entry.path, entry]))
  const rewritten = rewrittenFiles(from, to, before, after)
  const changes: Array<TreeChange> = []
  // Several at once: `a-b` stands between `a` and what was in `a`.
  const gone = new Set<string>()
  const isGone = (path: string): boolean => path !== "" && (gone.has(path) || isGone(parentOf(path)))
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted(byCodeUnit)
  for (const path of paths) {
    const old = before.get(path)
    const now = after.get(path)
    const vanished = isGone(parentOf(path))
    if (now === undefined) {
      if (vanished) continue
      changes.push({ type: "removed", path })
      gone.add(path)
      continue
    }
    if (old !== undefined && !vanished && old.type === "directory" && now.type !== "directory") {
      changes.push({ type: "removed", path }, now)
      gone.add(path)
      continue
    }
    if (old === undefined || vanished || !sameEntry(old, now) || rewritten.has(carrierOf(now))) changes.push(now)
  }
  return changes
}

/** Files of `to`, by the path that carries their bytes, of which some name is new or different. */
const rewrittenFiles = (
  from: Tree,
  to: Tree,
  before: ReadonlyMap<string, TreeEntry>,
  after: ReadonlyMap<string, TreeEntry>
): ReadonlySet<string> => {
  const rewritten = new Set<string>()
  const linked = new Set<string>()
  for (const entry of to) if (entry.type === "hardlink") linked.add(entry.target)
  for (const entry of to) {
    if (!linked.has(carrierOf(entry))) continue
    const old = before.get(entry.path)
    if (old === undefined || !sameEntry(old, entry)) rewritten.add(carrierOf(entry))
  }
  for (const entry of from) {
    if (entry.type !== "hardlink") continue
    // A name that left its group: what is under it now is another file, and so is what stayed.
    const now = after.get(entry.path)
    if (now === undefined || !sameEntry(entry, now)) rewritten.add(entry.target)
  }
  return rewritten
}

/**
 * The tree that changes make of a tree, applied in the order given. Parents that are missing are 0755 root, with the
 * time of what they were made for. What stands in the way is replaced, with all below it.
 *
 * A name that carries a file's bytes for others hands them to the first of those when it goes.
 */
export const applyChanges = (tree: Tree, changes: Iterable<TreeChange>): Tree => {
  const entries = new Map(tree.map((entry) => [entry.path, entry]))
  for (const change of changes) {
    switch (change.type) {
      case "removed":
        remove(entries, (path) => path === change.path || isBelow(path, change.path))
        break
      case "opaque":
        remove(entries, (path) => isBelow(path, change.path))
        break
      default:
        set(entries, change)
    }
  }
  return [...entries.values()].toSorted((a, b) => byCodeUnit(a.path, b.path))
}

const set = (entries: Map<string, TreeEntry>, entry: TreeEntry): void => {
  for (let parent = parentOf(entry.path); parent !== ""; parent = parentOf(parent)) {
    if (entries.get(parent)?.type === "directory") continue
    remove(entries, (path) => path === parent)
    entries.set(parent, { type: "directory", path: parent, mode: 0o755, uid: 0, gid: 0, mtimeNs: entry.mtimeNs })
  }
  const old = entries.get(entry.path)
  if (old?.type === "directory" && entry.type !== "directory") {
    remove(entries, (path) => path === entry.path || isBelow(path, entry.path))
  } else if (old !== undefined && old.type !== "directory") remove(entries, (path) => path === entry.path)
  const target = entry.type === "hardlink" ? entries.get(entry.target) : undefined
  // A link to a link is a link to what that one is a link to.
  entries.set(
    entry.path,
    entry.type === "hardlink" && target?.type === "hardlink" ? { ...entry, target: target.target } : entry
  )
}

const remove = (entries: Map<string, TreeEntry>, goes: (path: string) => boolean): void => {
  const gone = new Map<string, TreeEntry>()
  for (const [path, entry] of entries) {
    if (!goes(path)) continue
    gone.set(path, entry)
    entries.delete(path)
  }
  if (gone.size === 0) return
  const heirs = new Map<string, string>()
  for (const path of [...entries.keys()].toSorted(byCodeUnit)) {
    const entry = entries.get(path)
    if (entry?.type !== "hardlink") continue
    const carrier = gone.get(entry.target)
    if (carrier === undefined) continue
    const heir = heirs.get(entry.target)
    if (heir === undefined) {
      heirs.set(entry.target, path)
      entries.set(path, { ...carrier, path })
    } else entries.set(path, { ...entry, target: heir })
  }
}

/**
 * One list of changes that does what `first` and then `second` do (CHG-3). It says everything that they say, in order;
 * its `canonicalChanges` are the layer that can stand for both.
 */
export const sumChanges = (first: Iterable<TreeChange>, second: Iterable<TreeChange>): ReadonlyArray<TreeChange> => [
  ...first,
  ...second
]
