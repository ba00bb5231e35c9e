import { readFileSync } from "node:fs"
import { ofBytes } from "@gantry/core/image/Digest"
import type { FileContent, TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"

/** A file tree at rest: every directory but the root is an entry, sorted by path. */
export type Tree = ReadonlyArray<TreeEntry>

/** The order of trees: by code unit, so that parents come first. */
export const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0

/** All bytes of a file's content. */
export const contentOf = (content: FileContent): Uint8Array => {
  switch (content.from) {
    case "bytes":
      return content.bytes
    case "file":
      return readFileSync(content.path)
    case "pieces":
      // A piece may be overwritten by the next one.
      return Buffer.concat(Array.from(content.pieces(), (piece) => piece.slice()))
  }
}

/** What can be said about a change, as text that is equal when the changes are: times in full, contents by digest. */
export const spelled = (change: TreeChange): string => {
  if (change.type === "removed" || change.type === "opaque") return JSON.stringify([change.path, change.type])
  // A hard link's attributes stand with the file it is.
  const xattrs = [...((change.type === "hardlink" ? undefined : change.xattrs) ?? [])]
    .map(([name, value]) => [name, Buffer.from(value).toString("hex")])
    .toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1))
  return JSON.stringify([
    change.path,
    change.type,
    change.mode.toString(8),
    change.uid,
    change.gid,
    String(change.mtimeNs),
    xattrs,
    ...(change.type === "file" ? [change.size, ofBytes(contentOf(change.content))] : []),
    ...(change.type === "symlink" || change.type === "hardlink" ? [change.target] : []),
    ...(change.type === "char" || change.type === "block" ? [change.major, change.minor] : [])
  ])
}

/** Whether two lists say the same in the same order. */
export const sameChanges = (some: Iterable<TreeChange>, others: Iterable<TreeChange>): boolean =>
  Array.from(some, spelled).join("\n") === Array.from(others, spelled).join("\n")

/** Whether two trees are the same; the order of their entries does not count. */
export const sameTree = (some: Iterable<TreeEntry>, others: Iterable<TreeEntry>): boolean =>
  sameChanges([...some].toSorted(byPath), [...others].toSorted(byPath))

/**
 * The tree as somebody sees it who only reads: hard links look like the files they are, and directories have no time,
 * because it changes whenever something is made in them.
 */
export const asSeen = (tree: Iterable<TreeEntry>): Tree => {
  const entries = [...tree].toSorted(byPath)
  const files = new Map(entries.filter((entry) => entry.type === "file").map((entry) => [entry.path, entry]))
  return Array.from(entries, (entry) => {
    if (entry.type === "directory") return { ...entry, mtimeNs: 0n }
    const original = entry.type === "hardlink" ? files.get(entry.target) : undefined
    return original === undefined ? entry : { ...original, path: entry.path }
  })
}

/** The same changes with times as an archive keeps them: whole seconds, rounded down. */
export const inWholeSeconds = <Change extends TreeChange>(changes: Iterable<Change>): Array<Change> =>
  Array.from(changes, (change) =>
    change.type === "removed" || change.type === "opaque"
      ? change
      : { ...change, mtimeNs: change.mtimeNs - (change.mtimeNs % 1_000_000_000n) }
  )
