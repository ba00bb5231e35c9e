import { blockSize, paddingOf } from "@gantry/core/tree/tar-header"
import {
  checksumHolds,
  isZeroBlock,
  numberField,
  paxNumber,
  paxRecords,
  textField
} from "@gantry/core/tree/tar-numbers"
import type { Readable } from "./Place.ts"
import { Malformed } from "./place-error.ts"

/** Where a file of an archive lies in it. */
export interface Span {
  readonly at: number
  /** Bytes. */
  readonly size: number
}

/** Files of an archive by name, links followed. */
export interface TarIndex {
  readonly find: (name: string) => Span | undefined
  readonly names: ReadonlyArray<string>
  /** The block of zeros that ends an archive was there. Without it more may have followed. */
  readonly ended: boolean
}

/** Most entries of an archive of images: two thousand images of a hundred layers each. */
const entryLimit = 200_000

/** Longest header of names or records, in bytes. */
const recordLimit = 1024 * 1024

/** Most links from one to the next. */
const linkLimit = 8

type Found = Span | { readonly link: string }

/**
 * Lists an uncompressed archive by its headers; contents are stepped over, not read. Throws `Malformed` for what is no
 * archive, is cut off, names one file twice, or names something outside of itself.
 *
 * Spec: POSIX pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
 */
export const indexTar = async (file: Readable): Promise<TarIndex> => {
  const found = new Map<string, Found>()
  let at = 0
  let entries = 0
  let ended = false
  let long: { name?: string; link?: string; size?: number } = {}
  const block = Buffer.alloc(blockSize)
  const content = async (size: number): Promise<Buffer> => {
    if (size > recordLimit) throw new Malformed("the archive has a name or record of more than 1 MiB")
    return Buffer.from(await readExactly(file, at + blockSize, size))
  }
  while (at < file.size) {
    if (file.size - at < blockSize) throw new Malformed(entries === 0 ? "it is not a tar archive" : cutOff)
    block.set(await readExactly(file, at, blockSize))
    ended = isZeroBlock(block)
    if (ended) break
    if (!checksumHolds(block)) {
      throw new Malformed(at === 0 ? "it is not a tar archive" : `the archive is broken at byte ${at}`)
    }
    if (++entries > entryLimit) throw new Malformed(`the archive has more than ${entryLimit} entries`)
    const flag = block.toString("latin1", 156, 157)
    const stored = numberField(block, 124, 12)
    if (stored === undefined || stored < 0) throw new Malformed(`the archive is broken at byte ${at}`)
    const extension = flag === "x" || flag === "g" || flag === "L" || flag === "K"
    const size = extension ? stored : "123456".includes(flag) ? 0 : (long.size ?? stored)
    const end = at + blockSize + size
    if (end > file.size) throw new Malformed(cutOff)
    if (flag === "L" || flag === "K") {
      const text = textField(await content(size), 0, size)
      long = flag === "L" ? { ...long, name: text } : { ...long, link: text }
    } else if (flag === "x") {
      long = { ...long, ...fromRecords(await content(size)) }
    } else if (!extension) {
      const name = cleanName(long.name ?? headerName(block))
      if (flag === "1" || flag === "2") {
        const link = long.link ?? textField(block, 157, 100)
        remember(found, name, { link: flag === "1" ? cleanName(link) : linkTarget(name, link) })
      } else if ("\0" === flag || flag === "0" || flag === "7") {
        remember(found, name, { at: at + blockSize, size })
      } else if (flag !== "5") {
        throw new Malformed(`${JSON.stringify(name)} in the archive is neither file, folder nor link`)
      }
      long = {}
    }
    at = end + paddingOf(size)
  }
  if (entries === 0) throw new Malformed(file.size === 0 ? "it is empty" : "it is an archive with nothing in it")
  const find = (name: string): Span | undefined => {
    let entry = found.get(name)
    for (let links = 0; entry !== undefined && "link" in entry; links++) {
      if (links === linkLimit) throw new Malformed(`${name} in the archive is a circle of links`)
      entry = found.get(entry.link)
    }
    return entry
  }
  return { find, ended, names: [...found.keys()] }
}

/** Said of an archive that ends too early. */
export const cutOff = "the archive is cut off"

const remember = (found: Map<string, Found>, name: string, entry: Found): void => {
  if (found.has(name)) throw new Malformed(`the archive holds ${JSON.stringify(name)} twice`)
  found.set(name, entry)
}

const headerName = (block: Buffer): string => {
  const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? textField(block, 345, 155) : ""
  const short = textField(block, 0, 100)
  return prefix === "" ? short : `${prefix}/${short}`
}

const fromRecords = (content: Buffer): { name?: string; link?: string; size?: number } => {
  const records = paxRecords(content)
  if (records === undefined) throw new Malformed("the archive has a PAX header that is no list of records")
  const name = records.get("path")?.toString("utf8")
  const link = records.get("linkpath")?.toString("utf8")
  const digits = records.get("size")?.toString("latin1")
  const size = digits === undefined ? undefined : paxNumber(digits)
  if (digits !== undefined && size === undefined) throw new Malformed("the archive has a size that is no number")
  return {
    ...(name === undefined ? {} : { name }),
    ...(link === undefined ? {} : { link }),
    ...(size === undefined ? {} : { size })
  }
}

/** A name without `.` and empty parts. Throws when it is absolute or has `..` in it. */
export const cleanName = (name: string): string => {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".")
  if (name.startsWith("/") || parts.includes("..") || name.includes("\0")) {
    throw new Malformed(`the archive names ${JSON.stringify(name)}, which is outside of it`)
  }
  return parts.join("/")
}

/** Where a symbolic link leads to, as a name in the archive. */
const linkTarget = (name: string, target: string): string => {
  const parts = name.split("/").slice(0, -1)
  const leaves =
    target.startsWith("/") ||
    target.split("/").some((part) => {
      if (part === "..") return parts.pop() === undefined
      if (part !== "" && part !== ".") parts.push(part)
      return false
    })
  if (leaves) {
    throw new Malformed(`${JSON.stringify(name)} in the archive is a link to ${JSON.stringify(target)}, outside of it`)
  }
  return parts.join("/")
}

/** That many bytes. Throws `Malformed` when there are fewer. */
export const readExactly = async (file: Readable, at: number, length: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length;) {
    const piece = await file.read(at + done, length - done)
    if (piece.length === 0) throw new Malformed(cutOff)
    bytes.set(piece, done)
    done += piece.length
  }
  return bytes
}
