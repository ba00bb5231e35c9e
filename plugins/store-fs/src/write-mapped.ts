import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync
} from "node:fs"
import { type IdMaps, type Owner, ownerOutside } from "@gantry/core/runtime/IdMaps"
import type { EntryMeta, TreeEntry } from "@gantry/core/tree/TreeEntry"
import { AT_SYMLINK_NOFOLLOW, S_IFBLK, S_IFCHR, S_IFIFO } from "@gantry/linux/constants"
import { failedWith } from "@gantry/linux/SyscallError"
import { withOwners } from "./acl-owners.ts"
import type { Kernel } from "./kernel.ts"
import { replaceXattrs } from "./xattrs.ts"

/** A file that only says what another one is, whose contents overlayfs takes from there. Spec: kernel, filesystems/overlayfs, "Data-only lower layers". */
const describedXattr = "user.overlay.metacopy"
const contentsXattr = "user.overlay.redirect"

/** What is written, and where. */
export interface MappedTree {
  /** What the root directory is. */
  readonly root: Omit<EntryMeta, "path">
  /** Everything below it, parents first; contents are files of the store. */
  readonly entries: ReadonlyArray<TreeEntry>
  /** Absolute; made here. */
  readonly to: string
  readonly owners: IdMaps
  /** The directory that overlayfs looks into for contents of files, which are described then. They are copied when it is absent. */
  readonly contents?: string
  readonly kernel: Kernel
  /** Lets others have a turn. */
  readonly breathe: () => Promise<void>
}

/** Files after which others get their turn. */
const turn = 256

/**
 * Writes a tree anew with other owners: for containers whose root is somebody else on the disk. Nothing of what its files
 * contain is copied where overlayfs finds it in another directory. Throws when somebody of the tree is nobody outside.
 */
export const writeMapped = async (tree: MappedTree): Promise<void> => {
  const { breathe, contents, entries, kernel, owners, root, to } = tree
  const diskOf = (path: string): string => (path === "" ? to : `${to}/${path}`)

  const outside = (path: string, owner: Owner): Owner => {
    try {
      return ownerOutside(owners, owner)
    } catch (cause) {
      throw new Error(`/${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }

  const dress = (entry: EntryMeta, isLink = false): void => {
    const disk = diskOf(entry.path)
    const { gid, uid } = outside(entry.path, entry)
    lchownSync(disk, uid, gid)
    if (!isLink) chmodSync(disk, entry.mode)
    replaceXattrs(
      kernel,
      disk,
      withOwners(entry.xattrs, (owner) => outside(entry.path, owner)),
      true
    )
    kernel.utimensat(disk, entry.mtimeNs, entry.mtimeNs, AT_SYMLINK_NOFOLLOW)
  }

  const describe = (disk: string, from: string, size: number): void => {
    const fd = openSync(disk, "wx", 0o600)
    try {
      ftruncateSync(fd, size)
    } finally {
      closeSync(fd)
    }
    // Its path from that directory on.
    kernel.lsetxattr(disk, contentsXattr, Buffer.from(from.slice(contents?.length)))
    kernel.lsetxattr(disk, describedXattr, new Uint8Array())
  }

  const makeFile = (disk: string, from: string, size: number): void => {
    if (contents === undefined || size === 0) return copyFileSync(from, disk, constants.COPYFILE_FICLONE)
    try {
      describe(disk, from, size)
    } catch (cause) {
      // The file system has no room for so long a path beside a file.
      if (!failedWith(cause, "ENOSPC", "E2BIG", "ERANGE")) throw cause
      copyFileSync(from, disk)
    }
  }

  const makeNode = (disk: string, entry: TreeEntry & { readonly type: "block" | "char" | "fifo" }): boolean => {
    try {
      if (entry.type === "fifo") kernel.mknod(disk, S_IFIFO | 0o600, 0, 0)
      else kernel.mknod(disk, (entry.type === "char" ? S_IFCHR : S_IFBLK) | 0o600, entry.major, entry.minor)
      return true
    } catch (cause) {
      // Nobody but the host's root makes devices; the layer has none then either.
      if (!failedWith(cause, "EPERM")) throw cause
      return false
    }
  }

  const make = (entry: TreeEntry): void => {
    const disk = diskOf(entry.path)
    switch (entry.type) {
      case "directory":
        return mkdirSync(disk, { mode: 0o700 })
      case "hardlink":
        return linkSync(diskOf(entry.target), disk)
      case "symlink":
        symlinkSync(entry.target, disk)
        return dress(entry, true)
      case "file":
        if (entry.content.from !== "file") throw new Error(`/${entry.path} is no file of the store`)
        makeFile(disk, entry.content.path, entry.size)
        return dress(entry)
      case "char":
      case "block":
      case "fifo":
        if (makeNode(disk, entry)) dress(entry)
    }
  }

  mkdirSync(to, { mode: 0o700 })
  for (const [at, entry] of entries.entries()) {
    make(entry)
    // oxlint-disable-next-line no-await-in-loop
    if (at % turn === 0) await breathe()
  }
  // Each directory gets its time when nothing changes in it any more.
  for (const entry of entries.toReversed()) if (entry.type === "directory") dress(entry)
  dress({ ...root, path: "" })
}
