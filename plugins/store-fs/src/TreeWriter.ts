import { chmodSync, lchownSync, linkSync, mkdirSync, readdirSync, rmSync, symlinkSync, unlinkSync } from "node:fs"
import { UnsafePath } from "@gantry/core/store/StoreError"
import { nameOf, parentOf, safePath } from "@gantry/core/tree/safe-path"
import type { EntryMeta, TreeChange, TreeEntry } from "@gantry/core/tree/TreeEntry"
import { ownerHere } from "@gantry/linux/rootless"
import { AT_SYMLINK_NOFOLLOW, S_IFBLK, S_IFCHR, S_IFIFO } from "@gantry/linux/constants"
import { makeFile } from "./copy-content.ts"
import { entryFrom, isWhiteout, statOf } from "@gantry/core/tree/disk-entry"
import type { Kernel } from "./kernel.ts"
import type { Seen, UnionView } from "./UnionView.ts"
import { isOpaque, readXattrs, replaceXattrs, setOpaque } from "./xattrs.ts"

/** A directory of the writable tree, as far as this writer knows it. */
interface Place {
  /** Names of the layers below shine through. */
  merges: boolean
  /** Names in a directory that this writer made: what is not among them need not be asked for. */
  readonly made?: Set<string>
}

/** Applies changes to the writable directory of a tree. See `LayerStore.write`. */
export interface TreeWriter {
  /**
   * Makes a change once it was gone through to its end, and lets whoever does so do something else between pieces of a long
   * copy. Throws `UnsafePath`, or what the disk threw.
   */
  readonly apply: (change: TreeChange) => Iterable<void>
  /** Gives every directory that was touched its own time. Nothing may be applied afterwards. */
  readonly finish: () => void
}

/**
 * A writer for the directory `upper` of a tree on `below`.
 *
 * No link is ever followed: a path whose parent is a link is refused, because its caller has not resolved it. Times do
 * not depend on when this runs: a directory keeps its time when names in it change, and a parent that had to be made
 * has the time of what it was made for.
 */
export const treeWriter = (kernel: Kernel, upper: string, below: UnionView): TreeWriter => {
  const places = new Map<string, Place>([["", { merges: true }]])
  const times = new Map<string, bigint>()
  const diskOf = (path: string): string => (path === "" ? upper : `${upper}/${path}`)

  const rememberTime = (path: string, mtimeNs: bigint): void => {
    if (!times.has(path)) times.set(path, mtimeNs)
  }

  const forget = (path: string): void => {
    const start = `${path}/`
    for (const each of places.keys()) if (each === path || each.startsWith(start)) places.delete(each)
    for (const each of times.keys()) if (each === path || each.startsWith(start)) times.delete(each)
  }

  const dress = (disk: string, meta: EntryMeta, fresh: boolean): void => {
    lchownSync(disk, ...ownerHere(meta.uid, meta.gid))
    chmodSync(disk, meta.mode)
    if (!fresh || meta.xattrs !== undefined) replaceXattrs(kernel, disk, meta.xattrs, fresh)
  }

  const makeDirectory = (path: string, meta: EntryMeta, merges: boolean): Place => {
    const disk = diskOf(path)
    mkdirSync(disk)
    dress(disk, meta, true)
    times.set(path, meta.mtimeNs)
    const place = { merges, made: new Set<string>() }
    places.set(path, place)
    places.get(parentOf(path))?.made?.add(nameOf(path))
    return place
  }

  const metaOf = (path: string, seen: Seen): EntryMeta => {
    const from = seen.layer.kernel
    const xattrs = from === undefined ? undefined : readXattrs(from, seen.disk).xattrs
    const { gid, mode, mtimeNs, uid } = seen.stat
    return { path, mode: Number(mode) & 0o7777, uid: Number(uid), gid: Number(gid), mtimeNs, ...(xattrs && { xattrs }) }
  }

  const refuse = (path: string, why: string): never => {
    throw new UnsafePath({ path, why })
  }

  /** The directory at a path, copied up or made when it is not in the writable tree. */
  const directory = (path: string, mtimeNs: bigint): Place => {
    const known = places.get(path)
    if (known !== undefined) {
      if (path === "" && !times.has("")) rememberTime("", statOf(upper)?.mtimeNs ?? 0n)
      return known
    }
    const parent = directory(parentOf(path), mtimeNs)
    const disk = diskOf(path)
    const stat = statOf(disk)
    if (stat?.isDirectory() === true) {
      const place = { merges: parent.merges && below.hasDirectory(path) && !isOpaque(kernel, disk) }
      places.set(path, place)
      rememberTime(path, stat.mtimeNs)
      return place
    }
    if (stat?.isSymbolicLink() === true) return refuse(path, "it is a link where a directory is wanted")
    if (stat !== undefined && !isWhiteout(stat)) return refuse(path, "it is not a directory")
    const seen = stat === undefined && parent.merges ? below.at(path) : undefined
    if (seen?.stat.isSymbolicLink() === true) return refuse(path, "it is a link where a directory is wanted")
    if (seen !== undefined && !seen.stat.isDirectory()) return refuse(path, "it is not a directory")
    if (seen !== undefined) return makeDirectory(path, metaOf(path, seen), true)
    if (stat !== undefined) unlinkSync(disk)
    const place = makeDirectory(path, { path, mode: 0o755, uid: 0, gid: 0, mtimeNs }, false)
    if (stat !== undefined && parent.merges && below.hasDirectory(path)) setOpaque(kernel, disk)
    return place
  }

  /** Makes room for something that is not a directory, and returns where. */
  const clear = (path: string, mtimeNs: bigint): string => {
    const parent = directory(parentOf(path), mtimeNs)
    const disk = diskOf(path)
    if (parent.made !== undefined && !parent.made.has(nameOf(path))) {
      parent.made.add(nameOf(path))
      if (!parent.merges) return disk
    }
    const stat = statOf(disk)
    if (stat?.isDirectory() === true) return refuse(path, "a directory is in the way")
    if (stat === undefined) {
      if (parent.merges && below.hasDirectory(path)) return refuse(path, "a directory is in the way")
    } else unlinkSync(disk)
    return disk
  }

  const setDirectory = (entry: TreeEntry): void => {
    const { path } = entry
    if (path === "") {
      dress(upper, entry, false)
      times.set("", entry.mtimeNs)
      return
    }
    const known = places.get(path)
    const parent = known ?? directory(parentOf(path), entry.mtimeNs)
    const disk = diskOf(path)
    const stat = statOf(disk)
    if (known !== undefined || stat?.isDirectory() === true) {
      if (known === undefined) directory(path, entry.mtimeNs)
      dress(disk, entry, false)
      times.set(path, entry.mtimeNs)
      return
    }
    if (stat !== undefined) unlinkSync(disk)
    const covers = parent.merges && below.hasDirectory(path)
    makeDirectory(path, entry, covers && stat === undefined)
    if (covers && stat !== undefined) setOpaque(kernel, disk)
  }

  /** Whether something is seen at a path. */
  const isThere = (path: string): boolean => {
    let merges = true
    for (let end = path.indexOf("/"); ; end = path.indexOf("/", end + 1)) {
      const part = end < 0 ? path : path.slice(0, end)
      const disk = diskOf(part)
      const stat = statOf(disk)
      if (stat === undefined) {
        if (!merges) return false
        const seen = below.at(part)
        if (end >= 0 && seen?.stat.isSymbolicLink() === true)
          return refuse(part, "it is a link where a directory is wanted")
        return below.at(path) !== undefined
      }
      if (isWhiteout(stat)) return false
      if (end < 0) return true
      if (stat.isSymbolicLink()) return refuse(part, "it is a link where a directory is wanted")
      if (!stat.isDirectory()) return false
      merges = merges && below.hasDirectory(part) && !isOpaque(kernel, disk)
    }
  }

  const remove = (path: string): void => {
    if (path === "") return refuse(path, "the root cannot be removed")
    if (!isThere(path)) return
    const parent = directory(parentOf(path), 0n)
    const disk = diskOf(path)
    rmSync(disk, { recursive: true, force: true })
    forget(path)
    if (!parent.merges || below.at(path) === undefined) return
    kernel.mknod(disk, S_IFCHR, 0, 0)
    parent.made?.add(nameOf(path))
  }

  const empty = (path: string): void => {
    const place = directory(path, 0n)
    const disk = diskOf(path)
    for (const name of readdirSync(disk)) {
      const child = path === "" ? name : `${path}/${name}`
      rmSync(`${disk}/${name}`, { recursive: true, force: true })
      forget(child)
    }
    if (!place.merges) return
    if (path === "") {
      // Overlayfs does not look for the mark on a root directory.
      for (const name of below.names("")) kernel.mknod(`${disk}/${name}`, S_IFCHR, 0, 0)
      return
    }
    setOpaque(kernel, disk)
    place.merges = false
  }

  /** The file a hard link wants, copied up when only the layers below have it. */
  const linkTarget = (path: string, target: string, mtimeNs: bigint): string => {
    const parent = directory(parentOf(target), mtimeNs)
    const disk = diskOf(target)
    const stat = statOf(disk)
    if (stat !== undefined) {
      return isWhiteout(stat) || stat.isDirectory() ? refuse(path, `its target ${target} is no file`) : disk
    }
    const seen = parent.merges ? below.at(target) : undefined
    if (seen === undefined || seen.stat.isDirectory()) return refuse(path, `its target ${target} is no file`)
    const entry = entryFrom(target, seen.disk, seen.stat, metaOf(target, seen).xattrs)
    if (entry === undefined) return refuse(path, `its target ${target} is no file`)
    for (const pause of set(entry)) void pause
    return disk
  }

  function* set(entry: TreeEntry): Generator<void> {
    if (entry.type === "directory") return setDirectory(entry)
    if (entry.type === "hardlink") {
      const target = checked(entry.target)
      if (target === entry.path) return refuse(entry.path, "it is a link to itself")
      const from = linkTarget(entry.path, target, entry.mtimeNs)
      linkSync(from, clear(entry.path, entry.mtimeNs))
      return
    }
    const disk = clear(entry.path, entry.mtimeNs)
    switch (entry.type) {
      case "file":
        yield* makeFile(kernel, disk, entry)
        if (entry.xattrs !== undefined) replaceXattrs(kernel, disk, entry.xattrs, true)
        break
      case "symlink":
        symlinkSync(entry.target, disk)
        lchownSync(disk, ...ownerHere(entry.uid, entry.gid))
        if (entry.xattrs !== undefined) replaceXattrs(kernel, disk, entry.xattrs, true)
        break
      default: {
        const [format, major, minor] =
          entry.type === "fifo"
            ? [S_IFIFO, 0, 0]
            : [entry.type === "char" ? S_IFCHR : S_IFBLK, entry.major, entry.minor]
        // Such a device would be read as the sign that something is gone.
        if (format === S_IFCHR && major === 0 && minor === 0) return refuse(entry.path, "it is the device 0:0")
        kernel.mknod(disk, format | 0o600, major, minor)
        dress(disk, entry, true)
      }
    }
    kernel.utimensat(disk, entry.mtimeNs, entry.mtimeNs, AT_SYMLINK_NOFOLLOW)
  }

  const checked = (path: string): string => {
    if (path === "") return path
    const safe = safePath(path)
    if (typeof safe !== "string") throw new UnsafePath(safe)
    return safe === path ? safe : refuse(path, "it is not in its plain form")
  }

  return {
    *apply(change) {
      checked(change.path)
      if (change.type === "removed") remove(change.path)
      else if (change.type === "opaque") empty(change.path)
      else if (change.path === "" && change.type !== "directory") refuse("", "the root is a directory")
      else yield* set(change)
    },
    finish: () => {
      for (const [path, mtimeNs] of times) kernel.utimensat(diskOf(path), mtimeNs, mtimeNs, AT_SYMLINK_NOFOLLOW)
      times.clear()
    }
  }
}
