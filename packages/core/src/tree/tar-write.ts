import { closeSync, constants, openSync, readSync } from "node:fs"
import { joinPath, nameOf, parentOf } from "./safe-path.ts"
import { canonicalChanges } from "./canonical-changes.ts"
import { blockSize, fitsLong, fitsShort, type HeaderFields, paddingOf, paxRecord, writeHeader } from "./tar-header.ts"
import type { TreeChange, TreeEntry } from "./TreeEntry.ts"
import { opaqueName, whiteoutPrefix } from "./whiteout.ts"

/** Bytes of a piece, all but the last. */
const pieceSize = 1024 * 1024
/** Bytes of the first piece: most layers of a build are small, and a large buffer for each costs more than all else. */
const firstSize = 16 * 1024

const typeFlags = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  char: "3",
  block: "4",
  directory: "5",
  fifo: "6"
} as const satisfies Record<TreeEntry["type"], string>

/** Whether a text is the same in every encoding a reader may assume. */
const isAscii = (text: string): boolean => {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7e) return false
  return true
}

/** Where a name of more than 100 bytes can be cut for the prefix field; -1 when it cannot. */
const prefixEnd = (name: string): number => {
  if (name.length > 256) return -1
  const slash = name.lastIndexOf("/", Math.min(155, name.length - 2))
  return slash > 0 && name.length - slash - 1 <= 100 ? slash : -1
}

interface Spelled {
  readonly header: HeaderFields
  /** Records that the header has no room for; empty mostly. */
  readonly pax: Buffer
}

/** What an entry looks like in the archive. */
const spell = (entry: TreeEntry): Spelled => {
  const records: Array<readonly [string, Uint8Array]> = []
  const long = (key: string, value: string) => records.push([key, Buffer.from(value)])
  const full = entry.path === "" ? "./" : entry.type === "directory" ? `${entry.path}/` : entry.path
  let name = full
  let prefix = ""
  const plain = isAscii(full)
  if (!plain || full.length > 100) {
    const cut = plain ? prefixEnd(full) : -1
    if (cut < 0) {
      long("path", full)
      name = plain ? full.slice(0, 100) : `entry/${Buffer.byteLength(full)}`
    } else {
      prefix = full.slice(0, cut)
      name = full.slice(cut + 1)
    }
  }
  let link = entry.type === "symlink" || entry.type === "hardlink" ? entry.target : ""
  if (!isAscii(link) || link.length > 100) {
    long("linkpath", link)
    link = ""
  }
  const size = entry.type === "file" ? entry.size : 0
  // Whole seconds, rounded down: what every reader of layers keeps, so a tree that was packed and unpacked is packed alike again.
  const mtime = Number((entry.mtimeNs - (((entry.mtimeNs % second) + second) % second)) / second)
  if (!fitsLong(size)) long("size", String(size))
  if (!fitsLong(mtime)) long("mtime", String(mtime))
  if (!fitsShort(entry.uid)) long("uid", String(entry.uid))
  if (!fitsShort(entry.gid)) long("gid", String(entry.gid))
  if (entry.type !== "hardlink") {
    for (const [key, value] of entry.xattrs ?? []) {
      if (key.includes("="))
        throw new TypeError(`the extended attribute ${key} of ${entry.path} has no form in an archive`)
      records.push([`SCHILY.xattr.${key}`, value])
    }
  }
  records.sort(([a], [b]) => (a < b ? -1 : 1))
  const device = entry.type === "char" || entry.type === "block"
  return {
    pax: Buffer.concat(records.map(([key, value]) => paxRecord(key, value))),
    header: {
      name,
      prefix,
      link,
      type: typeFlags[entry.type],
      mode: entry.mode & 0o7777,
      uid: fitsShort(entry.uid) ? entry.uid : 0,
      gid: fitsShort(entry.gid) ? entry.gid : 0,
      size: fitsLong(size) ? size : 0,
      mtime: fitsLong(mtime) ? mtime : 0,
      major: device ? entry.major : 0,
      minor: device ? entry.minor : 0
    }
  }
}

const second = 1_000_000_000n

/** A whiteout as the empty file that stands for it. */
const marker = (path: string): TreeEntry => ({
  type: "file",
  path,
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeNs: 0n,
  size: 0,
  content: { from: "bytes", bytes: new Uint8Array() }
})

/** The entry that stands in the archive for a change. */
const entryOf = (change: TreeChange): TreeEntry => {
  if (change.type === "removed") return marker(joinPath(parentOf(change.path), whiteoutPrefix + nameOf(change.path)))
  if (change.type === "opaque") return marker(joinPath(change.path, opaqueName))
  return change
}

/**
 * Opens a file of a tree that others may be writing into: a descriptor, or undefined when the file is gone or is another
 * one now.
 */
export type OpenLive = (path: string) => number | undefined

/**
 * The archive of a layer: changes with the same meaning give the same bytes (TAR-2).
 *
 * Sorted by path, no user or group names, times in whole seconds, PAX records only where ustar has no room. Pieces are
 * at most one MiB and belong to the caller. Files are read synchronously as the pieces are asked for.
 *
 * With `openLive` the files may change meanwhile: what is gone is left out with all its links, and what became shorter is
 * filled up with zeros. Without it the tree must stand still.
 *
 * Throws what reading throws, an `Error` when a file is not as long as its entry says, and a `TypeError` for what an
 * archive of a layer cannot hold: names that begin with `.wh.`, attributes with `=` in their name. With `plain` it is no
 * archive of a layer, and such names are as good as any.
 */
export function* tarPieces(
  changes: Iterable<TreeChange>,
  openLive?: OpenLive,
  { plain = false }: { readonly plain?: boolean } = {}
): Generator<Buffer, void> {
  let out = Buffer.allocUnsafeSlow(firstSize)
  let used = 0
  const room = (): number => out.length - used
  const filled = (): Buffer => (used === out.length ? out : out.subarray(0, used))
  function* flushed(): Generator<Buffer, void> {
    if (used === 0) return
    yield filled()
    out = Buffer.allocUnsafeSlow(pieceSize)
    used = 0
  }
  function* bytes(from: Uint8Array): Generator<Buffer, void> {
    let at = 0
    while (at < from.length) {
      if (room() === 0) yield* flushed()
      const count = Math.min(room(), from.length - at)
      out.set(from.subarray(at, at + count), used)
      used += count
      at += count
    }
  }
  function* padding(size: number): Generator<Buffer, void> {
    const count = paddingOf(size)
    if (count === 0) return
    if (room() < count) {
      yield* bytes(new Uint8Array(count))
      return
    }
    out.fill(0, used, used + count)
    used += count
  }
  function* header(fields: HeaderFields): Generator<Buffer, void> {
    if (room() < blockSize) yield* flushed()
    writeHeader(out, used, fields)
    used += blockSize
  }
  function* file(path: string, fd: number, size: number): Generator<Buffer, void> {
    let left = size
    while (left > 0) {
      if (room() === 0) yield* flushed()
      const most = Math.min(room(), left)
      let count = readSync(fd, out, used, most, null)
      if (count === 0) {
        if (openLive === undefined) throw new Error(`${path} became shorter while it was read`)
        out.fill(0, used, used + most)
        count = most
      }
      used += count
      left -= count
    }
  }
  const open =
    openLive ?? ((path: string) => openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK))
  const gone = new Set<string>()
  /** Header and content of one entry; `fd` is open on the content when that is a file. */
  function* whole(entry: TreeEntry, fd: number): Generator<Buffer, void> {
    const { header: fields, pax } = spell(entry)
    if (pax.length > 0) {
      yield* header({ name: "././@PaxHeader", type: "x", mode: 0o644, uid: 0, gid: 0, size: pax.length, mtime: 0 })
      yield* bytes(pax)
      yield* padding(pax.length)
    }
    yield* header(fields)
    if (entry.type !== "file" || entry.size === 0) return
    if (entry.content.from === "file") yield* file(entry.content.path, fd, entry.size)
    else {
      let seen = 0
      for (const piece of entry.content.from === "bytes" ? [entry.content.bytes] : entry.content.pieces()) {
        seen += piece.length
        if (seen > entry.size) break
        yield* bytes(piece)
      }
      if (seen !== entry.size) throw new Error(`${entry.path} is not ${entry.size} bytes long`)
    }
    yield* padding(entry.size)
  }
  for (const change of canonicalChanges(changes)) {
    if (!plain && nameOf(change.path).startsWith(whiteoutPrefix))
      throw new TypeError(`${change.path} would be read as a whiteout`)
    const entry = entryOf(change)
    if (entry.type === "hardlink" && gone.has(entry.target)) continue
    if (entry.type !== "file" || entry.size === 0 || entry.content.from !== "file") {
      yield* whole(entry, -1)
      continue
    }
    // Opened before a word is said of it, so that nothing is promised that is gone.
    const fd = open(entry.content.path)
    if (fd === undefined) {
      gone.add(entry.path)
      continue
    }
    try {
      yield* whole(entry, fd)
    } finally {
      closeSync(fd)
    }
  }
  yield* bytes(new Uint8Array(2 * blockSize))
  yield filled()
}
