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
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync
} from "node:fs"
import { nameOf, parentOf, safePath } from "@gantry/core/tree/safe-path"
import type { TarEntry, TarHandler } from "@gantry/core/tree/tar-read"
import { opaqueName, whiteoutPrefix } from "@gantry/core/tree/whiteout"
import { AT_SYMLINK_NOFOLLOW, S_IFBLK, S_IFCHR, S_IFIFO } from "@gantry/linux/constants"
import type { Syscalls } from "@gantry/linux/Syscalls"
import { opaqueXattr } from "../xattrs.ts"
import type { RecipeWriter } from "./RecipeWriter.ts"

/** The system calls of unpacking. */
export type UnpackKernel = Pick<Syscalls, "mknod" | "utimensat" | "lsetxattr">

/** An entry that wants something outside its root, or that no tree can hold. */
export class Refused extends Error {
  readonly path: string
  constructor(path: string, why: string) {
    super(why)
    this.path = path
  }
}

/** Writes the entries of a layer's archive into the directory `root`, in overlayfs' form. */
export interface LayerUnpacker extends TarHandler {
  /** Gives the directories their times. */
  readonly finish: () => void
  /** Entries so far. */
  readonly entries: () => number
  readonly hasXattrs: () => boolean
  readonly hasRoot: () => boolean
}

const yes = Uint8Array.of(0x79)

/**
 * The unpacker for an empty directory. The process's umask must be 0.
 *
 * No link is followed, whether or not the process has this directory as its root: a name below a link is refused.
 * Parents that the archive does not mention are 0755 root, made in 1970. A whiteout of something the same archive holds
 * only hides what layers below have under that name. Throws {@link Refused}, or what the disk threw.
 */
export const layerUnpacker = (kernel: UnpackKernel, root: string, recipe: RecipeWriter): LayerUnpacker => {
  const directories = new Set<string>([""])
  const times = new Map<string, bigint>()
  let entries = 0
  let hasXattrs = false
  let hasRoot = false
  /** The file whose content is being received. */
  let fd = -1
  let current: { readonly path: string; readonly entry: TarEntry } | undefined
  let position = 0

  const diskOf = (path: string): string => `${root}/${path}`
  const kindOf = (path: string) => lstatSync(diskOf(path), { throwIfNoEntry: false })

  const pathOf = (name: string): string => {
    const path = safePath(name)
    if (typeof path !== "string") throw new Refused(name, path.why)
    return path
  }

  const setOpaque = (path: string): void => {
    if (path === "") return
    kernel.lsetxattr(diskOf(path), opaqueXattr, yes)
    hasXattrs = true
  }

  const directory = (path: string): void => {
    if (directories.has(path)) return
    directory(parentOf(path))
    const stat = kindOf(path)
    if (stat !== undefined && !stat.isDirectory()) {
      const whiteout = stat.isCharacterDevice() && stat.rdev === 0
      if (!whiteout) throw new Refused(path, "it is not a directory, and something lies below it")
      unlinkSync(diskOf(path))
      mkdirSync(diskOf(path), 0o755)
      setOpaque(path)
    } else if (stat === undefined) mkdirSync(diskOf(path), 0o755)
    directories.add(path)
    if (!times.has(path)) times.set(path, 0n)
  }

  /** Takes away what stands at a path, keeping what the recipe needs. True when it was a whiteout. */
  const clear = (path: string): boolean => {
    const stat = kindOf(path)
    if (stat === undefined) return false
    for (const each of recipe.referredBelow(path)) recipe.shadow(each, diskOf(each))
    if (stat.isDirectory()) {
      rmSync(diskOf(path), { recursive: true })
      const start = `${path}/`
      for (const each of directories) if (each === path || each.startsWith(start)) directories.delete(each)
      for (const each of times.keys()) if (each === path || each.startsWith(start)) times.delete(each)
      return false
    }
    unlinkSync(diskOf(path))
    return stat.isCharacterDevice() && stat.rdev === 0
  }

  const setXattrs = (path: string, entry: TarEntry): void => {
    for (const [name, value] of entry.xattrs) {
      // These would turn into marks of the store itself.
      if (name.startsWith("trusted.overlay.")) continue
      hasXattrs = true
      kernel.lsetxattr(diskOf(path), name, value)
    }
  }

  const setTime = (path: string, mtimeNs: bigint): void =>
    kernel.utimensat(diskOf(path), mtimeNs, mtimeNs, AT_SYMLINK_NOFOLLOW)

  const whiteout = (path: string, name: string): void => {
    const inside = parentOf(path)
    directory(inside)
    if (name === opaqueName) return setOpaque(inside)
    // Names that other union file systems keep for themselves.
    if (name.startsWith(`${whiteoutPrefix}${whiteoutPrefix}`)) return
    const hidden = name.slice(whiteoutPrefix.length)
    const target = inside === "" ? hidden : `${inside}/${hidden}`
    if (hidden === "" || hidden === "." || hidden === "..") throw new Refused(path, "it is a whiteout of no name")
    const stat = kindOf(target)
    if (stat === undefined) kernel.mknod(diskOf(target), S_IFCHR, 0, 0)
    else if (stat.isDirectory()) setOpaque(target)
  }

  const makeDirectory = (path: string, entry: TarEntry): void => {
    if (path === "") hasRoot = true
    else if (!directories.has(path)) {
      directory(parentOf(path))
      if (kindOf(path)?.isDirectory() !== true) {
        const covered = clear(path)
        mkdirSync(diskOf(path), 0o755)
        if (covered) setOpaque(path)
      }
      directories.add(path)
    }
    lchownSync(diskOf(path), entry.uid, entry.gid)
    chmodSync(diskOf(path), entry.mode)
    setXattrs(path, entry)
    times.set(path, entry.mtimeNs)
  }

  const makeOther = (path: string, entry: TarEntry): void => {
    switch (entry.type) {
      case "symlink":
        symlinkSync(entry.link, diskOf(path))
        break
      case "fifo":
        kernel.mknod(diskOf(path), S_IFIFO | 0o600, 0, 0)
        break
      default:
        if (entry.type === "char" && entry.major === 0 && entry.minor === 0) {
          throw new Refused(path, "it is the device 0:0")
        }
        kernel.mknod(diskOf(path), (entry.type === "char" ? S_IFCHR : S_IFBLK) | 0o600, entry.major, entry.minor)
    }
    lchownSync(diskOf(path), entry.uid, entry.gid)
    if (entry.type !== "symlink") chmodSync(diskOf(path), entry.mode)
    setXattrs(path, entry)
    setTime(path, entry.mtimeNs)
  }

  const makeLink = (path: string, entry: TarEntry): void => {
    const target = pathOf(entry.link)
    if (target === path) return
    directory(parentOf(target))
    const stat = kindOf(target)
    const found = stat !== undefined && !stat.isDirectory() && !(stat.isCharacterDevice() && stat.rdev === 0)
    if (!found) throw new Refused(path, `it is a link to ${target}, which is no file of this archive`)
    clear(path)
    linkSync(diskOf(target), diskOf(path))
  }

  const writeAll = (piece: Uint8Array): void => {
    let at = 0
    while (at < piece.length) {
      const count = writeSync(fd, piece, at, piece.length - at, position)
      at += count
      position += count
    }
  }

  return {
    entry: (entry) => {
      entries += 1
      current = undefined
      const path = pathOf(entry.name)
      const name = nameOf(path)
      if (name.startsWith(whiteoutPrefix)) return whiteout(path, name)
      if (entry.type === "directory") return makeDirectory(path, entry)
      if (path === "") throw new Refused(entry.name, "the root is a directory")
      directory(parentOf(path))
      if (entry.type === "hardlink") return makeLink(path, entry)
      clear(path)
      if (entry.type !== "file") return makeOther(path, entry)
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
      fd = openSync(diskOf(path), flags, entry.mode & 0o777)
      position = 0
      current = { path, entry }
      if (entry.size > 0 && !entry.sparse) recipe.content(path, entry.size)
    },
    data: (piece) => {
      // Content that goes nowhere (of a whiteout, of a hard link) is part of the recipe itself.
      if (current === undefined) recipe.raw(piece)
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
      if (entry.uid !== 0 || entry.gid !== 0) fchownSync(fd, entry.uid, entry.gid)
      // Changing the owner takes these bits away, and so may the open itself.
      if ((entry.mode & 0o7000) !== 0) fchmodSync(fd, entry.mode)
      closeSync(fd)
      if (entry.xattrs.size > 0) setXattrs(path, entry)
      setTime(path, entry.mtimeNs)
    },
    raw: recipe.raw,
    finish: () => {
      for (const [path, mtimeNs] of times) setTime(path, mtimeNs)
    },
    entries: () => entries,
    hasXattrs: () => hasXattrs,
    hasRoot: () => hasRoot
  }
}
