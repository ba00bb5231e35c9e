import { type BigIntStats, lstatSync, readlinkSync } from "node:fs"
import type { EntryMeta, TreeEntry } from "./TreeEntry.ts"

/** Device numbers as Linux packs them. Spec: glibc, sys/sysmacros.h. */
export const majorOf = (device: bigint): number => Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n))

/** See {@link majorOf}. */
export const minorOf = (device: bigint): number => Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n))

/** What lies at an absolute path, links not followed; none when nothing does. */
export const statOf = (path: string): BigIntStats | undefined => {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (cause) {
    // A file stands where the path wants a directory: nothing lies there.
    if (cause instanceof Error && "code" in cause && cause.code === "ENOTDIR") return undefined
    throw cause
  }
}

/** Whether it is overlayfs' sign that a name of the layers below is gone. */
export const isWhiteout = (stat: BigIntStats): boolean => stat.isCharacterDevice() && stat.rdev === 0n

/**
 * An entry of a tree for what lies on the disk; none for sockets, which no layer can hold. `place`: a path by which a
 * link is read where the usual one may lead elsewhere meanwhile.
 */
export const entryFrom = (
  path: string,
  disk: string,
  stat: BigIntStats,
  xattrs: ReadonlyMap<string, Uint8Array> | undefined,
  place = disk
): TreeEntry | undefined => {
  const meta: EntryMeta = {
    path,
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mtimeNs: stat.mtimeNs,
    ...(xattrs !== undefined && { xattrs })
  }
  if (stat.isFile()) return { ...meta, type: "file", size: Number(stat.size), content: { from: "file", path: disk } }
  if (stat.isDirectory()) return { ...meta, type: "directory" }
  if (stat.isSymbolicLink()) return { ...meta, type: "symlink", target: readlinkSync(place) }
  if (stat.isFIFO()) return { ...meta, type: "fifo" }
  if (stat.isCharacterDevice() || stat.isBlockDevice()) {
    const type = stat.isCharacterDevice() ? "char" : "block"
    return { ...meta, type, major: majorOf(stat.rdev), minor: minorOf(stat.rdev) }
  }
  return undefined
}
