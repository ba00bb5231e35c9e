import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  writeSync
} from "node:fs"
import type { PlaceOptions } from "@gantry/core/store/LayerStore"
import { isBelow, joinPath, parentOf, safePath } from "@gantry/core/tree/safe-path"
import type { TarEntry, TarHandler } from "@gantry/core/tree/tar-read"
import { layerName, plainName } from "@gantry/core/tree/whiteout"
import { ownerHere, rootless } from "@gantry/linux/rootless"
import { failedWith } from "@gantry/linux/SyscallError"
import { AT_SYMLINK_NOFOLLOW, S_IFBLK, S_IFCHR, S_IFIFO } from "@gantry/linux/constants"
import { errorCode } from "../error-code.ts"
import { checkDevice, checkOwner, ownerIn } from "./entry-numbers.ts"
import { dropXattrs, setEntryXattrs } from "./entry-xattrs.ts"
import { filesForm, folderForm, type Form, layerForm, type LayerMarks } from "./Form.ts"
import { PastLimit, Refused } from "./Refused.ts"
import type { RecipeWriter } from "./RecipeWriter.ts"
import type { UnpackKernel } from "./UnpackKernel.ts"

/** Where and how the entries of an archive are written. */
export interface UnpackTarget {
  /** Prefix of every path; empty when the directory is the root of the process. */
  readonly root: string
  /**
   * Of a layer in an empty directory, in the form that overlayfs reads. Absent for a folder that the layer is applied to:
   * there whiteouts remove.
   */
  readonly recipe?: RecipeWriter
  /** Most entries. */
  readonly entryLimit: number
  /** The archive is no layer, but files for a folder. See `LayerStore.place`. */
  readonly place?: PlaceOptions
}

/** Writes the entries of a layer's archive into a directory. */
export interface LayerUnpacker extends TarHandler {
  /** Gives the directories their times. */
  readonly finish: () => void
  /** Entries so far. */
  readonly entries: () => number
  /** Some entry has attributes, or is marked. */
  readonly hasXattrs: () => boolean
  readonly hasRoot: () => boolean
  /** Nothing of the layers below is left. */
  readonly opaqueRoot: () => boolean
  /** Name of the entry in hand, for messages; empty before the first. */
  readonly at: () => string
}

/** Longest path in bytes: paths of a layer are read below the store's directory, and the kernel takes 4095 bytes in all. */
const pathLimit = 3800

/** Spec: inode(7). */
const S_ISGID = 0o2000

/**
 * The unpacker for a directory. The process's umask must be 0.
 *
 * No link is followed, whether or not the process has this directory as its root: a name below a link that the same
 * archive made is refused, and a link of a layer below gives way to a directory, as it does in overlayfs. Parents that
 * the archive does not mention are 0755 root, made in 1970. A whiteout of something the same archive holds only hides
 * what layers below have under that name. Character devices 0:0 are refused: overlayfs would read them as whiteouts.
 *
 * Throws {@link Refused}, {@link PastLimit}, or what the disk threw.
 */
export const layerUnpacker = (
  kernel: UnpackKernel,
  { entryLimit, place, recipe, root }: UnpackTarget
): LayerUnpacker => {
  const directories = new Set<string>([""])
  const times = new Map<string, bigint>()
  const marks: LayerMarks = { hasMarks: false, opaqueRoot: false }
  let entries = 0
  let hasXattrs = false
  let hasRoot = false
  let at = ""
  /** The file whose content is being received. */
  let fd = -1
  let current: { readonly path: string; readonly entry: TarEntry } | undefined
  let position = 0

  const diskOf = (path: string): string => `${root}/${path}`
  const kindOf = (path: string): Stats | undefined => lstatSync(diskOf(path), { throwIfNoEntry: false })

  /** Takes away what stands at a path, keeping what the recipe needs. */
  const clear = (path: string): void => {
    const stat = kindOf(path)
    if (stat === undefined) return
    forget(path, stat)
    if (stat.isDirectory()) rmSync(diskOf(path), { recursive: true })
    else unlinkSync(diskOf(path))
  }

  const forget = (path: string, stat: Stats | undefined): void => {
    form.gone(path)
    if (stat?.isDirectory() === true) {
      directories.delete(path)
      times.delete(path)
      for (const name of readdirSync(diskOf(path))) {
        const child = joinPath(path, name)
        forget(child, kindOf(child))
      }
    } else recipe?.shadow(path, diskOf(path))
  }

  const form: Form =
    place !== undefined
      ? filesForm
      : recipe === undefined
        ? folderForm(diskOf, clear)
        : layerForm(kernel, diskOf, marks)

  /** Some directory gives its group to what is made in it, so a new file need not be root's. */
  let groupsSpread = recipe === undefined || (lstatSync(diskOf("")).mode & S_ISGID) !== 0
  const timeOf = (path: string): bigint => lstatSync(diskOf(path), { bigint: true }).mtimeNs
  // What is made in a folder, and removed from it, does not change the folder's own time.
  if (recipe === undefined && place === undefined) times.set("", timeOf(""))

  const checked = (path: string, name: string): string => {
    if (path.length * 3 > pathLimit && Buffer.byteLength(path) > pathLimit) {
      throw new Refused(name, `it is longer than ${pathLimit} bytes`)
    }
    return path
  }

  /** Makes sure that a directory is at a path, for something inside it. */
  const directory = (path: string): void => {
    if (directories.has(path)) return
    directory(parentOf(path))
    const stat = kindOf(path)
    if (stat?.isDirectory() === true) {
      if (place === undefined) times.set(path, timeOf(path))
    } else {
      if (stat !== undefined && !form.isOld(path, stat)) {
        throw new Refused(path, "it is not a directory, and something lies below it")
      }
      if (stat !== undefined) unlinkSync(diskOf(path))
      mkdirSync(diskOf(path), 0o755)
      if (groupsSpread || place?.owners !== undefined) {
        const { gid, uid } = place?.owner ?? ownerIn(path, { uid: 0, gid: 0 }, place?.owners)
        lchownSync(diskOf(path), ...ownerHere(uid, gid))
        chmodSync(diskOf(path), 0o755)
      }
      if (stat !== undefined) form.covered(path)
      if (place === undefined) times.set(path, 0n)
    }
    directories.add(path)
    form.made(path)
  }

  const dress = (path: string, entry: TarEntry): void => {
    lchownSync(diskOf(path), ...ownerHere(entry.uid, entry.gid))
    if (entry.type !== "symlink") chmodSync(diskOf(path), entry.mode)
    if (entry.type === "directory" && (entry.mode & S_ISGID) !== 0) groupsSpread = true
    if (entry.xattrs.size > 0 && setEntryXattrs(kernel, diskOf(path), path, entry)) hasXattrs = true
  }

  const setTime = (path: string, mtimeNs: bigint): void =>
    kernel.utimensat(diskOf(path), mtimeNs, mtimeNs, AT_SYMLINK_NOFOLLOW)

  const makeDirectory = (path: string, entry: TarEntry): void => {
    if (path === "") hasRoot = true
    else directory(parentOf(path))
    const stat = kindOf(path)
    if (stat?.isDirectory() === true) dropXattrs(kernel, diskOf(path), entry)
    else {
      clear(path)
      mkdirSync(diskOf(path), 0o755)
      if (stat !== undefined) form.covered(path)
    }
    directories.add(path)
    form.made(path)
    dress(path, entry)
    times.set(path, entry.mtimeNs)
  }

  /** Returns whether it was made: who is not root of the host makes none, and does without those of layers. */
  const makeDevice = (path: string, entry: TarEntry): boolean => {
    const { major, minor, type } = entry
    checkDevice(entry)
    try {
      kernel.mknod(diskOf(path), (type === "char" ? S_IFCHR : S_IFBLK) | 0o600, major, minor)
      return true
    } catch (cause) {
      if (rootless() === undefined || !failedWith(cause, "EPERM")) throw cause
      return false
    }
  }

  const makeOther = (path: string, entry: TarEntry): void => {
    if (entry.type === "symlink") {
      if (entry.link === "" || entry.link.includes("\0")) throw new Refused(path, "it is a link to nothing")
      symlinkSync(entry.link, diskOf(path))
    } else if (entry.type === "fifo") kernel.mknod(diskOf(path), S_IFIFO | 0o600, 0, 0)
    else if (!makeDevice(path, entry)) return
    dress(path, entry)
    setTime(path, entry.mtimeNs)
  }

  const makeLink = (path: string, entry: TarEntry): void => {
    const target = safePath(entry.link)
    if (typeof target !== "string") throw new Refused(entry.link, target.why)
    if (target === path) return
    directory(parentOf(checked(target, entry.link)))
    const stat = kindOf(target)
    const isFile = stat !== undefined && !stat.isDirectory() && (recipe === undefined || !form.isOld(target, stat))
    if (!isFile || isBelow(target, path)) {
      throw new Refused(path, `it is a link to ${target}, which is no file of this archive`)
    }
    clear(path)
    linkSync(diskOf(target), diskOf(path))
    form.made(path)
  }

  /** Opens a new file. Nearly always nothing stands there, so that is not asked first. */
  const openNew = (path: string, mode: number): number => {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
    try {
      return openSync(diskOf(path), flags, mode)
    } catch (cause) {
      if (errorCode(cause) !== "EEXIST") throw cause
      clear(path)
      return openSync(diskOf(path), flags, mode)
    }
  }

  const makeFile = (path: string, entry: TarEntry): void => {
    fd = openNew(path, entry.mode & 0o777)
    position = 0
    current = { path, entry }
    form.made(path)
    if (entry.size > 0 && !entry.sparse) recipe?.content(path, entry.size)
  }

  const writeAll = (piece: Uint8Array): void => {
    let done = 0
    while (done < piece.length) {
      const count = writeSync(fd, piece, done, piece.length - done, position)
      done += count
      position += count
    }
  }

  /** Files for a folder: what is a directory stays one, and nothing else becomes one. */
  const placeAt = (path: string, entry: TarEntry, { owner, owners, root: withRoot }: PlaceOptions): void => {
    if (path === "" && !withRoot) {
      if (entry.type !== "directory") throw new Refused(entry.name, "the root is a directory")
      return
    }
    if (path !== "") directory(parentOf(path))
    const stands = kindOf(path)?.isDirectory()
    if (stands === true && entry.type !== "directory") {
      throw new Refused(path, "cannot overwrite directory with non-directory")
    }
    if (stands === false && entry.type === "directory") {
      throw new Refused(path, "cannot overwrite non-directory with directory")
    }
    checkOwner(entry)
    entryAt(path, { ...entry, ...(owner ?? ownerIn(path, entry, owners)) })
  }

  const entryAt = (path: string, entry: TarEntry): void => {
    checkOwner(entry)
    if (entry.type === "directory") return makeDirectory(path, entry)
    if (path === "") throw new Refused(entry.name, "the root is a directory")
    directory(parentOf(path))
    if (entry.type === "hardlink") return makeLink(path, entry)
    if (entry.type === "file") return makeFile(path, entry)
    clear(path)
    form.made(path)
    makeOther(path, entry)
  }

  return {
    entry: (entry) => {
      entries += 1
      if (entries > entryLimit) throw new PastLimit("entries", entryLimit)
      current = undefined
      at = entry.name
      const meant = place === undefined ? layerName(entry.name) : plainName(entry.name)
      if ("why" in meant) throw new Refused(meant.path, meant.why)
      if (meant.type === "ignored") return
      const path = checked(meant.path, entry.name)
      if (meant.type === "entry") return place === undefined ? entryAt(path, entry) : placeAt(path, entry, place)
      if (meant.type === "opaque") {
        directory(path)
        form.empty(path)
      } else {
        directory(parentOf(path))
        form.hide(path)
      }
    },
    data: (piece) => {
      // Content that goes nowhere (of a whiteout, of a hard link) is part of the recipe itself.
      if (current === undefined) recipe?.raw(piece)
      else writeAll(piece)
    },
    hole: (bytes) => {
      if (current !== undefined) position += bytes
    },
    end: () => {
      if (current === undefined) return
      const { entry, path } = current
      current = undefined
      if (entry.sparse) ftruncateSync(fd, entry.size)
      if (groupsSpread || entry.uid !== 0 || entry.gid !== 0) fchownSync(fd, ...ownerHere(entry.uid, entry.gid))
      // Changing the owner takes these bits away, and so may the open itself.
      if ((entry.mode & 0o7000) !== 0) fchmodSync(fd, entry.mode)
      closeSync(fd)
      if (entry.xattrs.size > 0 && setEntryXattrs(kernel, diskOf(path), path, entry)) hasXattrs = true
      setTime(path, entry.mtimeNs)
    },
    ...(recipe !== undefined && { raw: recipe.raw }),
    finish: () => {
      for (const [path, mtimeNs] of times) setTime(path, mtimeNs)
    },
    entries: () => entries,
    hasXattrs: () => hasXattrs || marks.hasMarks,
    hasRoot: () => hasRoot,
    opaqueRoot: () => marks.opaqueRoot,
    at: () => at
  }
}
