import { closeSync, constants, existsSync, openSync, readSync } from "node:fs"
import { createReadStream } from "node:fs"
import { join } from "node:path"
import { createGunzip } from "node:zlib"

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

function* contentPieces(path: string, from: number, size: number): Generator<Buffer, void> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    let at = 0
    while (at < size) {
      const bytes = Buffer.allocUnsafeSlow(Math.min(pieceSize, size - at))
      const count = readSync(fd, bytes, 0, bytes.length, from + at)
      if (count === 0) throw new Error(`${path} is shorter than its archive says`)
      yield bytes.subarray(0, count)
      at += count
    }
  } finally {
    closeSync(fd)
  }
}

/** The archive of the layer that lies in a directory. Throws what reading throws. */
export async function* recipePieces(home: string): AsyncGenerator<Uint8Array, void> {
  const shadowed = join(home, "recipe", shadowedName)
  const shadows = shadowsIn(shadowed)
  const source = createReadStream(join(home, "recipe", headersName)).pipe(createGunzip())
  let rest: Buffer = Buffer.alloc(0)
  const incoming = source[Symbol.asyncIterator]()
  const take = async (length: number): Promise<Buffer> => {
    const parts: Array<Buffer> = [rest]
    let have = rest.length
    while (have < length) {
      const next = await incoming.next()
      if (next.done === true) throw new Error(`the recipe of ${home} is cut short`)
      const part = next.value as Buffer
      parts.push(part)
      have += part.length
    }
    const all = parts.length === 1 ? rest : Buffer.concat(parts)
    rest = all.subarray(length)
    return all.subarray(0, length)
  }
  try {
    for (let index = 0; ; index++) {
      const raw = await take((await take(4)).readUInt32LE(0))
      if (raw.length > 0) yield raw
      const path = (await take((await take(4)).readUInt32LE(0))).toString("utf8")
      const size = Number((await take(8)).readBigUInt64LE(0))
      if (path === "" && size === noMore) return
      if (path === "") continue
      const shadow = shadows.get(index)
      if (shadow === undefined) yield* contentPieces(join(home, "diff", path), 0, size)
      else yield* contentPieces(shadowed, shadow.offset, size)
    }
  } finally {
    source.destroy()
  }
}
