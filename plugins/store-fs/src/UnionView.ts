import { type BigIntStats, readdirSync, readlinkSync } from "node:fs"
import { byCodeUnit, joinPath, parentOf } from "@gantry/core/tree/safe-path"
import { UnsafePath } from "@gantry/core/store/StoreError"
import type { EntryMeta, TreeEntry } from "@gantry/core/tree/TreeEntry"
import { entryFrom, isWhiteout, statOf } from "@gantry/core/tree/disk-entry"
import type { Kernel } from "./kernel.ts"
import type { Listing } from "./UpperItem.ts"
import { isOpaque, readXattrs } from "./xattrs.ts"

/** One directory of the stack. */
export interface ViewLayer {
  /** Absolute path of what the layer holds, in overlayfs' own form. */
  readonly directory: string
  /** Reads the layer's extended attributes; absent for a layer that is known to have none. */
  readonly kernel?: Kernel
  /** What is in it, where somebody may be writing into it meanwhile: the disk is not asked again. */
  readonly listed?: Listing
}

/** Something that can be seen in the merged tree. */
export interface Seen {
  /** Absolute path on the disk. */
  readonly disk: string
  readonly layer: ViewLayer
  readonly stat: BigIntStats
}

/** Most links that are followed for one path before it counts as a circle. */
const linkLimit = 255

/** What the root directory is when no layer says anything about it. */
export interface RootMeta extends Omit<EntryMeta, "path"> {}

/** The root directory where no layer says otherwise. */
export const plainRoot: RootMeta = { mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n }

/** A stack of layers as overlayfs would show it, read without mounting. Directories are remembered: the layers must not change. */
export interface UnionView {
  /** What is seen at a real path: no link is followed. */
  readonly at: (path: string) => Seen | undefined
  /** Whether a real path is a directory. */
  readonly hasDirectory: (path: string) => boolean
  /** The names in a directory (real path), in any order; none when it is no directory. */
  readonly names: (directory: string) => ReadonlyArray<string>
  /** See `LayerStore.lookup`. */
  readonly lookup: (path: string, follow: boolean) => TreeEntry | undefined
  /** See `LayerStore.walk`. */
  readonly walk: (directory: string) => ReadonlyArray<TreeEntry>
  readonly root: RootMeta
  /** The view with one more directory on top. */
  readonly under: (top: ViewLayer, root: RootMeta) => UnionView
}

const diskOf = ({ directory }: ViewLayer, path: string): string => (path === "" ? directory : `${directory}/${path}`)

const statIn = (layer: ViewLayer, path: string): BigIntStats | undefined =>
  layer.listed === undefined ? statOf(diskOf(layer, path)) : layer.listed.at(path)?.stat

const hidesBelow = (layer: ViewLayer, path: string): boolean =>
  layer.listed === undefined
    ? layer.kernel !== undefined && isOpaque(layer.kernel, diskOf(layer, path))
    : layer.listed.at(path)?.carried.opaque === true

const namesIn = (layer: ViewLayer, path: string): ReadonlyArray<string> =>
  layer.listed === undefined ? readdirSync(diskOf(layer, path)) : layer.listed.names(path)

/** The view of layers, topmost first. */
export const unionView = (layers: ReadonlyArray<ViewLayer>, root: RootMeta = plainRoot): UnionView => {
  const known = new Map<string, ReadonlyArray<ViewLayer>>([["", layers]])
  const none: ReadonlyArray<ViewLayer> = []

  /** The layers that a directory is merged from, topmost first; empty when the path is no directory. */
  const sources = (path: string): ReadonlyArray<ViewLayer> => {
    const found = known.get(path)
    if (found !== undefined) return found
    const above = sources(parentOf(path))
    const result: Array<ViewLayer> = []
    for (const [index, layer] of above.entries()) {
      const stat = statIn(layer, path)
      if (stat === undefined) continue
      // Anything but a directory hides what is below it, also below a directory of a layer above.
      if (!stat.isDirectory()) break
      result.push(layer)
      if (index < above.length - 1 && hidesBelow(layer, path)) break
    }
    const kept = result.length === 0 ? none : result
    known.set(path, kept)
    return kept
  }

  const at = (path: string): Seen | undefined => {
    for (const layer of sources(parentOf(path))) {
      const stat = statIn(layer, path)
      if (stat !== undefined) return isWhiteout(stat) ? undefined : { disk: diskOf(layer, path), layer, stat }
    }
    return undefined
  }

  const entry = (path: string, { disk, layer, stat }: Seen): TreeEntry | undefined =>
    layer.listed === undefined
      ? entryFrom(path, disk, stat, layer.kernel === undefined ? undefined : readXattrs(layer.kernel, disk).xattrs)
      : layer.listed.at(path)?.entry

  const seenIn = (directory: string): Map<string, Seen> => {
    const found = new Map<string, Seen>()
    const hidden = new Set<string>()
    for (const layer of sources(directory)) {
      for (const name of namesIn(layer, directory)) {
        if (found.has(name) || hidden.has(name)) continue
        const path = joinPath(directory, name)
        const disk = diskOf(layer, path)
        const stat = statIn(layer, path)
        // The runtime decodes names as UTF-8, and what is none of it cannot be asked for again.
        if (stat === undefined && name.includes("\u{fffd}"))
          throw new UnsafePath({ path: disk, why: "it is not UTF-8" })
        if (stat === undefined || isWhiteout(stat)) hidden.add(name)
        else found.set(name, { disk, layer, stat })
      }
    }
    return found
  }

  const walk = (directory: string): ReadonlyArray<TreeEntry> => {
    const all: Array<readonly [string, Seen]> = []
    const enter = (inside: string): void => {
      for (const [name, seen] of seenIn(inside)) {
        const path = joinPath(inside, name)
        all.push([path, seen])
        if (seen.stat.isDirectory()) enter(path)
      }
    }
    enter(directory)
    const sorted = all.toSorted(([a], [b]) => byCodeUnit(a, b))
    const firsts = new Map<string, string>()
    const result: Array<TreeEntry> = []
    for (const [path, seen] of sorted) {
      const found = entry(path, seen)
      if (found === undefined) continue
      result.push(seen.stat.nlink > 1n ? linked(firsts, found, seen.layer.directory, seen.stat) : found)
    }
    return result
  }

  const lookup = (path: string, follow: boolean): TreeEntry | undefined => {
    const left = componentsOf(path)
    let place = ""
    let hops = 0
    let found: Seen | undefined
    while (left.length > 0) {
      const name = left.pop() ?? ""
      if (found !== undefined && !found.stat.isDirectory()) return undefined
      if (name === ".") continue
      if (name === "..") {
        place = parentOf(place)
        found = undefined
        continue
      }
      const next = joinPath(place, name)
      const seen = at(next)
      if (seen === undefined) return undefined
      if (seen.stat.isSymbolicLink() && (follow || left.length > 0)) {
        if (++hops > linkLimit) return undefined
        const target = readlinkSync(seen.disk)
        if (target.startsWith("/")) place = ""
        found = undefined
        left.push(...componentsOf(target))
        continue
      }
      place = next
      found = seen
    }
    if (place === "") return { ...root, type: "directory", path: "" }
    found ??= at(place)
    return found === undefined ? undefined : entry(place, found)
  }

  return {
    at,
    hasDirectory: (path) => path === "" || sources(path).length > 0,
    names: (directory) => [...seenIn(directory).keys()],
    lookup,
    walk,
    root,
    under: (top, meta) => unionView([top, ...layers], meta)
  }
}

/** Components of a path, the last one first. A trailing slash asks for a directory, as a dot does. */
const componentsOf = (path: string): Array<string> => {
  const parts = path.split("/").filter((part) => part !== "")
  if (path.endsWith("/")) parts.push(".")
  return parts.toReversed()
}

/** Turns a file into a link to the first name of it that came by. */
export const linked = (firsts: Map<string, string>, entry: TreeEntry, layer: string, stat: BigIntStats): TreeEntry => {
  if (entry.type === "directory") return entry
  const key = `${stat.ino} ${layer}`
  const first = firsts.get(key)
  if (first === undefined) {
    firsts.set(key, entry.path)
    return entry
  }
  const { gid, mode, mtimeNs, path, uid } = entry
  return {
    type: "hardlink",
    target: first,
    path,
    mode,
    uid,
    gid,
    mtimeNs,
    ...(entry.xattrs && { xattrs: entry.xattrs })
  }
}
