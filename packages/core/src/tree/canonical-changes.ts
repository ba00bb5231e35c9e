import { byCodeUnit } from "./safe-path.ts"
import type { TreeChange, TreeEntry } from "./TreeEntry.ts"

/**
 * The one list of changes that an archive of a layer spells, for any list with its meaning: sorted by path, parents
 * first; one entry a path, the last one given; whiteouts only where no entry stands; opaque marks only inside
 * directories, right after them; of several names of one file, the first in order carries the bytes.
 *
 * A directory that was removed and made again is an opaque directory here.
 */
export const canonicalChanges = (changes: Iterable<TreeChange>): Array<TreeChange> => {
  const entries = new Map<string, TreeEntry>()
  const removed = new Set<string>()
  const opaque = new Set<string>()
  let links = false
  for (const change of changes) {
    if (change.type === "removed") {
      removed.add(change.path)
      if (entries.size === 0 && opaque.size === 0) continue
      entries.delete(change.path)
      forgetBelow(change.path, entries, opaque)
      opaque.delete(change.path)
    } else if (change.type === "opaque") {
      opaque.add(change.path)
    } else {
      links ||= change.type === "hardlink"
      entries.set(change.path, change)
    }
  }
  if (links) leadLinks(entries)
  for (const path of removed) {
    const entry = entries.get(path)
    if (entry?.type === "directory") opaque.add(path)
    if (entry !== undefined) removed.delete(path)
  }
  const paths = [...new Set([...entries.keys(), ...removed, ...opaque])].toSorted(byCodeUnit)
  const result: Array<TreeChange> = []
  for (const path of paths) {
    const entry = entries.get(path)
    if (entry !== undefined) result.push(entry)
    else if (removed.has(path)) result.push({ type: "removed", path })
    if (opaque.has(path) && (entry === undefined || entry.type === "directory") && !removed.has(path)) {
      result.push({ type: "opaque", path })
    }
  }
  return result
}

/** Forgets what was said about the inside of a directory before the directory was removed. */
const forgetBelow = (directory: string, entries: Map<string, TreeEntry>, opaque: Set<string>): void => {
  const start = `${directory}/`
  for (const path of entries.keys()) if (path.startsWith(start)) entries.delete(path)
  for (const path of opaque) if (path.startsWith(start)) opaque.delete(path)
}

/** Lets the name that comes first in order carry the file, so that every link points backwards. */
const leadLinks = (entries: Map<string, TreeEntry>): void => {
  const groups = new Map<string, Array<string>>()
  for (const entry of entries.values()) {
    if (entry.type !== "hardlink") continue
    const end = endOf(entries, entry.target)
    const group = groups.get(end)
    if (group === undefined) groups.set(end, [entry.path])
    else group.push(entry.path)
  }
  for (const [end, names] of groups) {
    const carrier = entries.get(end)
    if (carrier === undefined || carrier.type === "hardlink") continue
    const first = names.reduce((least, name) => (name < least ? name : least), end)
    for (const name of [end, ...names]) {
      entries.set(
        name,
        name === first
          ? { ...carrier, path: first }
          : {
              type: "hardlink",
              path: name,
              target: first,
              mode: carrier.mode,
              uid: carrier.uid,
              gid: carrier.gid,
              mtimeNs: carrier.mtimeNs
            }
      )
    }
  }
}

/** Where a chain of links ends. A chain without end ends where it would turn. */
const endOf = (entries: ReadonlyMap<string, TreeEntry>, start: string): string => {
  const seen = new Set<string>()
  let path = start
  for (;;) {
    const entry = entries.get(path)
    if (entry?.type !== "hardlink" || seen.has(path)) return path
    seen.add(path)
    path = entry.target
  }
}
