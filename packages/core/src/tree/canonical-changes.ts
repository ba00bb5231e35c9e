import { byCodeUnit, isBelow, parentOf } from "./safe-path.ts"
import type { TreeChange, TreeEntry } from "./TreeEntry.ts"

/**
 * The one list of changes that an archive of a layer spells, for any list with its meaning (CHG-5): sorted by path,
 * parents first; one entry a path, the last one given; whiteouts only where no entry stands; opaque marks only inside
 * directories, right after them; nothing below what is no directory; of several names of one file, the first in order
 * carries the bytes.
 *
 * The list given is taken in its order, as `applyChanges` takes it. A directory that was removed and made again, or that
 * stands where the list had something else before, is an opaque directory here.
 */
export const canonicalChanges = (changes: Iterable<TreeChange>): Array<TreeChange> => {
  const said = new Said()
  for (const change of changes) said.add(change)
  return said.list()
}

/** What has been said so far of each path. */
class Said {
  private readonly entries = new Map<string, TreeEntry>()
  private readonly removed = new Set<string>()
  private readonly opaque = new Set<string>()
  /** Directories in which something was said to be, or to be gone, with all their parents. */
  private readonly inner = new Set<string>()
  private links = false

  add(change: TreeChange): void {
    if (change.type === "removed") {
      if (!this.enter(change.path, undefined)) return
      this.forgetBelow(change.path)
      this.takeAway(change.path)
      this.opaque.delete(change.path)
      this.removed.add(change.path)
    } else if (change.type === "opaque") {
      if (!this.enter(change.path, undefined) || this.isFile(change.path)) return
      this.forgetBelow(change.path)
      this.opaque.add(change.path)
    } else this.set(change)
  }

  list(): Array<TreeChange> {
    if (this.links) leadLinks(this.entries)
    for (const path of this.removed) {
      const entry = this.entries.get(path)
      if (entry?.type === "directory") this.opaque.add(path)
      if (entry !== undefined) this.removed.delete(path)
    }
    const paths = [...new Set([...this.entries.keys(), ...this.removed, ...this.opaque])].toSorted(byCodeUnit)
    const result: Array<TreeChange> = []
    for (const path of paths) {
      const entry = this.entries.get(path)
      if (entry !== undefined) result.push(entry)
      else if (this.removed.has(path)) result.push({ type: "removed", path })
      if (this.opaque.has(path) && !this.removed.has(path)) result.push({ type: "opaque", path })
    }
    return result
  }

  private set(entry: TreeEntry): void {
    const { path } = entry
    this.links ||= entry.type === "hardlink"
    this.enter(path, entry.mtimeNs)
    if (entry.type !== "directory") {
      this.forgetBelow(path)
      this.opaque.delete(path)
      if (entry.type !== "hardlink" || entry.target !== path) this.takeAway(path)
    } else if (this.isFile(path)) {
      this.takeAway(path)
      this.opaque.add(path)
    }
    this.entries.set(path, entry)
  }

  private isFile(path: string): boolean {
    const type = this.entries.get(path)?.type
    return type !== undefined && type !== "directory"
  }

  /**
   * Goes through the parents of a path. One that is no directory becomes a directory made at a time; without a time
   * nothing can be below it, and the answer is false.
   */
  private enter(path: string, mtimeNs: bigint | undefined): boolean {
    const parents: Array<string> = []
    for (let parent = parentOf(path); parent !== "" && !this.inner.has(parent); parent = parentOf(parent)) {
      if (this.isFile(parent)) {
        if (mtimeNs === undefined) return false
        this.takeAway(parent)
        this.entries.set(parent, { type: "directory", path: parent, mode: 0o755, uid: 0, gid: 0, mtimeNs })
        this.opaque.add(parent)
      }
      parents.push(parent)
    }
    for (const parent of parents) this.inner.add(parent)
    if (path !== "") this.inner.add("")
    return true
  }

  /** Forgets what was said about the inside of a directory. */
  private forgetBelow(directory: string): void {
    if (!this.inner.delete(directory)) return
    for (const path of this.entries.keys()) if (isBelow(path, directory)) this.takeAway(path)
    for (const set of [this.removed, this.opaque, this.inner]) {
      for (const path of set) if (isBelow(path, directory)) set.delete(path)
    }
  }

  /** Takes an entry away. Other names of its file keep the file. */
  private takeAway(path: string): void {
    const gone = this.entries.get(path)
    if (gone === undefined) return
    this.entries.delete(path)
    if (!this.links || gone.type === "directory") return
    const names = [...this.entries.values()]
      .filter((entry) => entry.type === "hardlink" && entry.target === path)
      .map((entry) => entry.path)
      .toSorted(byCodeUnit)
    const heir = gone.type === "hardlink" ? gone.target : names[0]
    for (const name of names) {
      const entry = this.entries.get(name)
      if (entry?.type !== "hardlink" || heir === undefined) continue
      this.entries.set(name, name === heir ? { ...gone, path: heir } : { ...entry, target: heir })
    }
  }
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
