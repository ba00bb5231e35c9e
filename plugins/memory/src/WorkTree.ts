import { UnsafePath } from "@gantry/core/store/StoreError"
import { canonicalChanges } from "@gantry/core/tree/canonical-changes"
import { byCodeUnit, isBelow, nameOf, parentOf, safePath } from "@gantry/core/tree/safe-path"
import type { EntryMeta, TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import { held } from "./held-content.ts"
import { drop, put, type View } from "./view.ts"

/** A writable tree on a view that nobody changes. See `LayerStore.write` for what each change does. */
export class WorkTree {
  /** The merged tree. */
  readonly view: View
  private readonly below: ReadonlyMap<string, TreeEntry>
  private readonly upper: Map<string, TreeEntry>
  private readonly removed: Set<string>
  private readonly opaque: Set<string>

  constructor(below: ReadonlyMap<string, TreeEntry>, from?: WorkTree) {
    this.below = below
    this.view = new Map(from?.view ?? below)
    this.upper = new Map(from?.upper)
    this.removed = new Set(from?.removed)
    this.opaque = new Set(from?.opaque)
  }

  /** A tree with the changes added; this one stays as it is. Throws `UnsafePath`, or what reading a content throws. */
  with(changes: Iterable<TreeChange>): WorkTree {
    const next = new WorkTree(this.below, this)
    for (const change of changes) next.apply(change)
    return next
  }

  /** What the tree holds against the view below it, sorted by path. */
  changes(): ReadonlyArray<TreeChange> {
    return canonicalChanges([
      ...[...this.removed].map((path) => ({ type: "removed", path }) as const),
      ...[...this.opaque].map((path) => ({ type: "opaque", path }) as const),
      ...[...this.upper.values()].toSorted((a, b) => byCodeUnit(a.path, b.path))
    ])
  }

  private apply(change: TreeChange): void {
    checked(change.path)
    if (change.path === "" && change.type !== "directory" && change.type !== "opaque") {
      throw new UnsafePath({ path: "", why: "the root is a directory and stays" })
    }
    switch (change.type) {
      case "removed":
        return this.remove(change.path)
      case "opaque":
        return this.empty(change.path)
      case "directory":
        return this.setDirectory(change)
      case "hardlink":
        return this.setLink(change)
      default:
        this.clear(change)
        return this.add(change.type === "file" ? { ...change, content: held(change) } : change)
    }
  }

  private add(entry: TreeEntry): void {
    put(this.view, entry)
    this.removed.delete(entry.path)
    this.upper.set(entry.path, entry)
    this.follow()
  }

  /** Links in the upper part follow the view: the file they name may have got another first name. */
  private follow(): void {
    for (const path of this.upper.keys()) {
      const entry = this.view.get(path)
      if (entry !== undefined) this.upper.set(path, entry)
    }
  }

  private remove(path: string): void {
    const parent = parentOf(path)
    this.requireDirectories(parent)
    if (!this.view.has(path)) return
    this.directory(parent, 0n)
    this.forget(path)
    if (this.merges(parent) && this.below.has(path)) this.removed.add(path)
  }

  private empty(path: string): void {
    this.directory(path, 0n)
    const merged = this.merges(path)
    for (const each of this.view.keys()) if (parentOf(each) === path && each !== "") this.forget(each)
    if (!merged) return
    if (path !== "") this.opaque.add(path)
    else for (const each of this.below.keys()) if (each !== "" && parentOf(each) === "") this.removed.add(each)
  }

  private forget(path: string): void {
    drop(this.view, path)
    for (const set of [this.upper, this.removed, this.opaque]) {
      for (const each of set.keys()) if (each === path || isBelow(each, path)) set.delete(each)
    }
    this.follow()
  }

  private setDirectory(entry: EntryMeta & { readonly type: "directory" }): void {
    const { path } = entry
    if (path !== "") this.directory(parentOf(path), entry.mtimeNs)
    const there = this.view.get(path)
    const covers = path !== "" && this.merges(parentOf(path)) && this.below.get(path)?.type === "directory"
    if (path !== "" && there?.type !== "directory" && covers) this.opaque.add(path)
    this.add(entry)
  }

  private setLink(entry: TreeEntry & { readonly type: "hardlink" }): void {
    checked(entry.target)
    const named = this.view.get(entry.target)
    const file = named?.type === "hardlink" ? this.view.get(named.target) : named
    if (file === undefined || file.type === "directory" || file.path === entry.path) {
      throw new UnsafePath({ path: entry.path, why: `its target ${entry.target} is no other file` })
    }
    this.directory(parentOf(file.path), entry.mtimeNs)
    this.upper.set(file.path, file)
    this.clear(entry)
    const { gid, mode, mtimeNs, uid } = file
    const xattrs = file.xattrs === undefined ? {} : { xattrs: file.xattrs }
    this.add({ type: "hardlink", path: entry.path, target: file.path, mode, uid, gid, mtimeNs, ...xattrs })
  }

  /** Makes room for something that is not a directory. */
  private clear({ mtimeNs, path }: TreeEntry): void {
    this.directory(parentOf(path), mtimeNs)
    if (this.view.get(path)?.type === "directory") throw new UnsafePath({ path, why: "a directory is in the way" })
    if (this.view.has(path)) this.forget(path)
  }

  /** The directory becomes part of this tree: as it is below, or made for something of the time given. */
  private directory(path: string, mtimeNs: bigint): void {
    if (path === "") return
    this.requireDirectories(path)
    this.directory(parentOf(path), mtimeNs)
    const there = this.view.get(path)
    if (there !== undefined) this.upper.set(path, there)
    else this.setDirectory({ type: "directory", path, mode: 0o755, uid: 0, gid: 0, mtimeNs })
  }

  /** Refuses a path on which something else than a directory stands: no link is ever followed. */
  private requireDirectories(path: string): void {
    if (path === "") return
    this.requireDirectories(parentOf(path))
    const there = this.view.get(path)
    if (there !== undefined && there.type !== "directory") {
      throw new UnsafePath({ path, why: `${nameOf(path)} is a ${there.type} where a directory is wanted` })
    }
  }

  /** Whether names of the view below shine through in a directory. */
  private merges(path: string): boolean {
    if (path === "") return true
    return this.merges(parentOf(path)) && this.below.get(path)?.type === "directory" && !this.opaque.has(path)
  }
}

const checked = (path: string): void => {
  if (path === "") return
  const safe = safePath(path)
  if (typeof safe !== "string") throw new UnsafePath(safe)
  if (safe !== path) throw new UnsafePath({ path, why: "it is not in its plain form" })
}
