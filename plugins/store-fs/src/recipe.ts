import { closeSync, constants, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs"
import { createReadStream } from "node:fs"
import { join } from "node:path"
import { createGunzip, gunzipSync } from "node:zlib"

/**
 * How the archive of a pulled layer is written again, byte for byte, without keeping it: everything but the contents of
 * its files, with references to those.
 *
 * `recipe/headers.gz` is a list of: length (4 bytes, little endian) and bytes of the archive; then length and text of a
 * path below `diff`, and its size (8 bytes), whose content comes next. An empty path stands where none comes, and its
 * size says whether that was all. `recipe/shadowed` holds
 * the contents of files that a later entry of the same archive replaced: number of the reference (4 bytes), size
 * (8 bytes), content.
 */
export const headersName = "headers.gz"

/** See {@link headersName}. */
export const shadowedName = "shadowed"

/** The size that stands with an empty path: the list goes on. */
export const more = 1

/** The size that stands with an empty path: the archive is complete. */
export const noMore = 0

/** Bytes of the number and size before each content in `shadowed`. */
export const shadowHead = 12

interface Shadowed {
  readonly offset: number
  readonly size: number
}

const pieceSize = 1024 * 1024

/** Compressed headers that are read at once: few, because what they decompress to is held. */
const shortSize = 16 * 1024

/** Bytes of headers that are decompressed at once. */
const blockSize = 256 * 1024

const readExactly = (fd: number, length: number, position: number): Buffer | undefined => {
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  while (at < length) {
    const count = readSync(fd, bytes, at, length - at, position + at)
    if (count === 0) return undefined
    at += count
  }
  return bytes
}

const shadowsIn = (path: string): Map<number, Shadowed> => {
  const shadows = new Map<number, Shadowed>()
  if (!existsSync(path)) return shadows
  const fd = openSync(path, constants.O_RDONLY)
  try {
    let offset = 0
    for (let head = readExactly(fd, shadowHead, 0); head !== undefined; head = readExactly(fd, shadowHead, offset)) {
      const size = Number(head.readBigUInt64LE(4))
      shadows.set(head.readUInt32LE(0), { offset: offset + shadowHead, size })
      offset += shadowHead + size
    }
  } finally {
    closeSync(fd)
  }
  return shadows
}

/** Gathers an archive into pieces of one size: reading many small files into one piece costs little more than reading. */
const gathering = () => {
  let piece = Buffer.allocUnsafeSlow(pieceSize)
  let used = 0
  /** What was gathered belongs to whoever gets it. */
  const taken = (): Buffer => {
    const full = piece.subarray(0, used)
    piece = Buffer.allocUnsafeSlow(pieceSize)
    used = 0
    return full
  }
  const readIn = (fd: number, path: string, from: number, size: number): number => {
    const count = readSync(fd, piece, used, Math.min(pieceSize - used, size), from)
    if (count === 0) throw new Error(`${path} is shorter than its archive says`)
    used += count
    return count
  }
  return {
    /** Bytes that fit without a piece becoming full. */
    room: (): number => pieceSize - used - 1,
    /** Adds bytes that fit. */
    add: (from: Uint8Array): void => {
      piece.set(from, used)
      used += from.length
    },
    /** Adds any number of bytes. */
    addAll: function* (from: Uint8Array): Generator<Buffer, void> {
      for (let at = 0; at < from.length;) {
        const count = Math.min(pieceSize - used, from.length - at)
        piece.set(from.subarray(at, at + count), used)
        used += count
        at += count
        if (used === pieceSize) yield taken()
      }
    },
    /** Adds a part of a file that fits. */
    addFile: (path: string, from: number, size: number): void => {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        for (let at = 0; at < size;) at += readIn(fd, path, from + at, size - at)
      } finally {
        closeSync(fd)
      }
    },
    /** The same for one that does not fit. */
    addLongFile: function* (path: string, from: number, size: number): Generator<Buffer, void> {
      const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
      try {
        for (let at = 0; at < size;) {
          at += readIn(fd, path, from + at, size - at)
          if (used === pieceSize) yield taken()
        }
      } finally {
        closeSync(fd)
      }
    },
    last: (): Buffer => piece.subarray(0, used)
  }
}

/** Reads numbers and bytes one after the other. */
const headersOf = (home: string) => {
  const path = join(home, "recipe", headersName)
  // Of most layers they are short, and a stream costs more than they do.
  const whole = statSync(path).size <= shortSize ? gunzipSync(readFileSync(path)) : undefined
  const source = whole === undefined ? createReadStream(path).pipe(createGunzip({ chunkSize: blockSize })) : undefined
  const incoming = source?.[Symbol.asyncIterator]()
  let held: Buffer = whole ?? Buffer.alloc(0)
  let at = 0
  return {
    /** Makes sure that so many bytes are at hand. Most times they are: nothing is waited for then. */
    has: (length: number): boolean => held.length - at >= length,
    fetch: async (length: number): Promise<void> => {
      const parts: Array<Buffer> = [held.subarray(at)]
      for (let have = held.length - at; have < length;) {
        const next = await incoming?.next()
        if (next === undefined || next.done === true) throw new Error(`the recipe of ${home} is cut short`)
        const part = next.value as Buffer
        parts.push(part)
        have += part.length
      }
      held = Buffer.concat(parts)
      at = 0
    },
    /** Bytes that are at hand. */
    take: (length: number): Buffer => {
      at += length
      return held.subarray(at - length, at)
    },
    close: () => source?.destroy()
  }
}

/** The archive of the layer that lies in a directory. Throws what reading throws. */
export async function* recipePieces(home: string): AsyncGenerator<Uint8Array, void> {
  const shadowed = join(home, "recipe", shadowedName)
  const shadows = shadowsIn(shadowed)
  const headers = headersOf(home)
  const out = gathering()
  try {
    for (let index = 0; ; index++) {
      if (!headers.has(4)) await headers.fetch(4)
      const rawLength = headers.take(4).readUInt32LE(0)
      if (!headers.has(rawLength + 4)) await headers.fetch(rawLength + 4)
      const raw = headers.take(rawLength)
      if (rawLength <= out.room()) out.add(raw)
      else yield* out.addAll(raw)
      const nameLength = headers.take(4).readUInt32LE(0)
      if (!headers.has(nameLength + 8)) await headers.fetch(nameLength + 8)
      const path = headers.take(nameLength).toString("utf8")
      const size = Number(headers.take(8).readBigUInt64LE(0))
      if (path === "") {
        if (size === more) continue
        const last = out.last()
        if (last.length > 0) yield last
        return
      }
      const shadow = shadows.get(index)
      const file = shadow === undefined ? `${home}/diff/${path}` : shadowed
      if (size <= out.room()) out.addFile(file, shadow?.offset ?? 0, size)
      else yield* out.addLongFile(file, shadow?.offset ?? 0, size)
    }
  } finally {
    headers.close()
  }
}
