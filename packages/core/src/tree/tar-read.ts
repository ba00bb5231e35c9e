import { moreGlobal, readEntry, type ReadEntry, type TarEntry } from "./tar-entry.ts"
import { blockSize, paddingOf } from "./tar-header.ts"
import { checksumHolds, isZeroBlock, numberField, paxRecords, textField } from "./tar-numbers.ts"
import { Stop, type TarProblem } from "./tar-problem.ts"
import { frontMap, gnuRegions, limitRegions, repeatedNumbers, type SparseBody, sparseBody } from "./tar-sparse.ts"

export type { TarEntry } from "./tar-entry.ts"
export type { TarProblem } from "./tar-problem.ts"

/** Receives what a reader finds, in the order of the archive. */
export interface TarHandler {
  readonly entry: (entry: TarEntry) => void
  /** Bytes of the current entry's content. The piece is part of what was pushed: copy what is kept. */
  readonly data: (piece: Uint8Array) => void
  /** Zeros of a sparse file, that many bytes. */
  readonly hole: (bytes: number) => void
  /** The current entry is complete. */
  readonly end: () => void
  /**
   * All bytes of the archive that do not go to `data` as they are: headers, padding, the end, and what a sparse file
   * stores. With the contents in between they are the whole archive.
   */
  readonly raw?: (bytes: Uint8Array) => void
}

/** A reader that is given an archive in pieces of any size. After a problem it takes no more. */
export interface TarReader {
  readonly push: (piece: Uint8Array) => TarProblem | undefined
  /** No more pieces come. */
  readonly finish: () => TarProblem | undefined
}

/** Longest header of names or records, in bytes: Go's reader of archives, and so the field, has the same limit. */
const recordLimit = 1024 * 1024

/** Longest name or link target in bytes. */
const nameLimit = 4096

const noRecords: ReadonlyMap<string, Buffer> = new Map()

/**
 * Reads ustar, PAX (of files and global), GNU long names, base 256 numbers and sparse files (old GNU, PAX 0.0 to 1.0).
 *
 * Checksums are verified. An archive may end without its two zero blocks, but not inside an entry. What follows the end
 * is passed over. What the handler throws passes through. Whatever comes in, no more than a few MiB are kept.
 *
 * Spec: POSIX pax; GNU tar manual, "Basic Tar Format" and "Storing Sparse Files".
 */
export const makeTarReader = (handler: TarHandler): TarReader => {
  /** Where the next bytes go. */
  let state: "header" | "record" | "gnu-map" | "pax-map" | "content" | "padding" | "ended" = "header"
  const block = Buffer.alloc(blockSize)
  let filled = 0
  let offset = 0
  let problem: TarProblem | undefined
  let zeros = false
  /** Bytes still to come in the current state. */
  let left = 0
  let padding = 0
  let recordType = ""
  let record: Array<Buffer> = []
  let global = noRecords
  let local = noRecords
  let repeated: ReadonlyArray<string> = []
  let longName: string | undefined
  let longLink: string | undefined
  /** The sparse file whose map is being read, and how. */
  let mapped: ReadEntry | undefined
  let readMap = frontMap()
  let body: SparseBody | undefined

  const stop = (reason: TarProblem["reason"], why: string): never => {
    throw new Stop({ reason, offset, why })
  }

  const complete = (): void => {
    body?.end()
    body = undefined
    handler.end()
    passPadding()
  }

  const passPadding = (): void => {
    state = padding > 0 ? "padding" : "header"
    left = padding
  }

  const startRecord = (flag: string, size: number): void => {
    if (size > recordLimit) stop("TooLong", `a header of ${size} bytes`)
    recordType = flag
    record = []
    padding = paddingOf(size)
    left = size
    state = "record"
    if (size === 0) endRecord()
  }

  const endRecord = (): void => {
    const content = Buffer.concat(record)
    record = []
    if (recordType === "L" || recordType === "K") {
      const text = textField(content, 0, content.length)
      if (Buffer.byteLength(text) > nameLimit) stop("TooLong", "a name of more than 4096 bytes")
      if (recordType === "L") longName = text
      else longLink = text
    } else {
      const found = paxRecords(content) ?? stop("Malformed", "a PAX header that is no list of records")
      if (recordType === "g") global = moreGlobal(global, found, offset)
      else {
        local = found
        if (found.has("GNU.sparse.offset")) repeated = repeatedNumbers(content)
      }
    }
    passPadding()
  }

  const header = (): void => {
    if (isZeroBlock(block)) {
      if (zeros) state = "ended"
      zeros = true
      return
    }
    if (zeros) stop("Malformed", "a single block of zeros between entries")
    if (!checksumHolds(block)) stop("Malformed", "the checksum of a header is wrong")
    const flag = block.toString("latin1", 156, 157)
    if (flag === "x" || flag === "g" || flag === "L" || flag === "K") {
      const size = numberField(block, 124, 12) ?? stop("Malformed", "the header's size is no number")
      return startRecord(flag, size < 0 ? stop("Malformed", "the header's size is negative") : size)
    }
    const read = readEntry(block, { global, local, repeated, longName, longLink }, offset)
    local = noRecords
    repeated = []
    longName = undefined
    longLink = undefined
    padding = paddingOf(read.stored)
    if (read.sparse === undefined || read.sparse.map === "complete") return begin(read, read.stored)
    mapped = read
    readMap = frontMap()
    left = read.stored
    state = read.sparse.map === "gnu" ? "gnu-map" : "pax-map"
  }

  /** Begins the content of an entry, of which so many bytes are left. */
  const begin = ({ entry, sparse }: ReadEntry, stored: number): void => {
    if (sparse !== undefined) body = sparseBody(sparse.regions, { size: entry.size, stored, offset }, handler)
    handler.entry(entry)
    left = stored
    if (stored > 0) state = "content"
    else complete()
  }

  /** A block of the map of a sparse file. */
  const map = (): void => {
    if (mapped?.sparse === undefined) return
    const { regions } = mapped.sparse
    if (state === "gnu-map") {
      regions.push(...(gnuRegions(block, 0, 21) ?? stop("Malformed", "a sparse file with a malformed map")))
      limitRegions(regions.length, offset)
      if (block[504] !== 1) begin(mapped, mapped.stored)
      return
    }
    left -= blockSize
    if (left < 0) stop("Malformed", "a sparse file with a malformed map")
    const found = readMap(block, offset)
    if (found !== undefined) begin({ ...mapped, sparse: { regions: found, map: "complete" } }, left)
  }

  const take = (piece: Buffer): number => {
    switch (state) {
      case "header":
      case "gnu-map":
      case "pax-map": {
        const count = Math.min(blockSize - filled, piece.length)
        piece.copy(block, filled, 0, count)
        handler.raw?.(piece.subarray(0, count))
        filled += count
        if (filled < blockSize) return count
        filled = 0
        if (state === "header") header()
        else map()
        offset += blockSize
        return count
      }
      case "record":
      case "padding": {
        const count = Math.min(left, piece.length)
        handler.raw?.(piece.subarray(0, count))
        if (state === "record") record.push(Buffer.from(piece.subarray(0, count)))
        left -= count
        offset += count
        if (left > 0) return count
        if (state === "record") endRecord()
        else state = "header"
        return count
      }
      case "content": {
        const count = Math.min(left, piece.length)
        const bytes = piece.subarray(0, count)
        if (body === undefined) handler.data(bytes)
        else {
          handler.raw?.(bytes)
          body.take(bytes)
        }
        left -= count
        offset += count
        if (left === 0) complete()
        return count
      }
      case "ended":
        handler.raw?.(piece)
        return piece.length
      default:
        return state satisfies never
    }
  }

  return {
    push: (piece) => {
      if (problem !== undefined) return problem
      const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
      try {
        for (let at = 0; at < bytes.length;) at += take(bytes.subarray(at))
      } catch (cause) {
        if (!(cause instanceof Stop)) throw cause
        problem = cause.problem
      }
      return problem
    },
    finish: () => {
      const named = local.size > 0 || longName !== undefined || longLink !== undefined
      if (problem === undefined && state !== "ended" && !(state === "header" && filled === 0 && !named)) {
        problem = { reason: "Truncated", offset, why: "the archive ends inside an entry" }
      }
      return problem
    }
  }
}
