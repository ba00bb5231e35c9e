import { blockSize, paddingOf } from "./tar-header.ts"
import { checksumHolds, isZeroBlock, numberField, paxNumber, paxRecords, paxTime, textField } from "./tar-numbers.ts"
import { gnuRegions, paxRegions, type Region, regionLimit, regionsFit, repeatedNumbers } from "./tar-sparse.ts"

/** What an archive calls an entry. Names are as they stand in the archive: see safe-path. */
export interface TarEntry {
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "char" | "block" | "fifo"
  readonly name: string
  /** Target of a symbolic or hard link. */
  readonly link: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Bytes of the file, holes included. */
  readonly size: number
  readonly mtimeNs: bigint
  readonly xattrs: ReadonlyMap<string, Uint8Array>
  readonly major: number
  readonly minor: number
  /** The file comes with holes: what the archive stores of it is not its content as it is. */
  readonly sparse: boolean
}

/** Why an archive cannot be read any further. */
export interface TarProblem {
  readonly reason: "Malformed" | "Truncated" | "TooLong" | "Unsupported"
  /** Bytes of the archive before the header or record in question. */
  readonly offset: number
  readonly why: string
}

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

/** Longest header of names or records, in bytes. */
const recordLimit = 1024 * 1024

/** Longest name or link target in bytes. */
const nameLimit = 4096

/** Most digits of a number in a sparse file's map: leading zeros are allowed, and 2^64 has twenty. */
const numberLimit = 64

const noXattrs: ReadonlyMap<string, Uint8Array> = new Map()
const second = 1_000_000_000n

const types: { readonly [flag: string]: TarEntry["type"] } = {
  "\0": "file",
  "0": "file",
  "7": "file",
  S: "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "char",
  "4": "block",
  "5": "directory",
  "6": "fifo"
}

/** Internal: carries a problem out of the parser. Never seen outside this file. */
class Stop extends Error {
  readonly problem: TarProblem
  constructor(problem: TarProblem) {
    super(problem.why)
    this.problem = problem
  }
}

/**
 * Reads ustar, PAX (of files and global), GNU long names, base 256 numbers and sparse files (old GNU, PAX 0.0 to 1.0).
 *
 * Checksums are verified. An archive may end without its two zero blocks, but not inside an entry. What follows the end
 * is passed over. What the handler throws passes through.
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
  let global = new Map<string, Buffer>()
  let local = new Map<string, Buffer>()
  /** All records of the 0.0 sparse format, whose keys repeat. */
  let repeated: Array<string> = []
  let longName: string | undefined
  let longLink: string | undefined
  let regions: Array<Region> | undefined
  let sparse: TarEntry | undefined
  let storedSize = 0
  let regionIndex = 0
  let position = 0
  let mapNumbers: Array<string> = []
  let mapDigits = ""

  const stop = (reason: TarProblem["reason"], why: string): never => {
    throw new Stop({ reason, offset, why })
  }

  const paxText = (key: string): string | undefined => {
    const value = local.get(key) ?? global.get(key)
    return value === undefined || value.length === 0 ? undefined : value.toString("utf8")
  }
  const paxCount = (key: string): number | undefined => {
    const text = paxText(key)
    if (text === undefined) return undefined
    return paxNumber(text) ?? stop("Malformed", `the record ${key} is no number`)
  }
  const field = (at: number, length: number, what: string): number => {
    const value = numberField(block, at, length)
    return value === undefined ? stop("Malformed", `the header's ${what} is no number`) : value
  }
  const positive = (at: number, length: number, what: string): number => {
    const value = field(at, length, what)
    return value < 0 ? stop("Malformed", `the header's ${what} is negative`) : value
  }

  const xattrsNow = (): ReadonlyMap<string, Uint8Array> => {
    let found: Map<string, Uint8Array> | undefined
    for (const records of [global, local]) {
      for (const [key, value] of records) {
        if (!key.startsWith("SCHILY.xattr.")) continue
        found ??= new Map()
        found.set(key.slice("SCHILY.xattr.".length), Uint8Array.from(value))
      }
    }
    return found ?? noXattrs
  }

  /** Begins the content of an entry whose regions, if it is sparse, are known. */
  const begin = (entry: TarEntry, bytes: number): void => {
    handler.entry(entry)
    left = bytes
    position = 0
    regionIndex = 0
    if (bytes > 0) state = "content"
    else complete()
  }

  const complete = (): void => {
    if (sparse !== undefined && position < sparse.size) handler.hole(sparse.size - position)
    regions = undefined
    sparse = undefined
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
      if (recordType === "g") global = new Map([...global, ...found])
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
    const stored = positive(124, 12, "size")
    if (flag === "x" || flag === "g" || flag === "L" || flag === "K") return startRecord(flag, stored)
    entryHeader(flag, paxCount("size") ?? stored)
  }

  const entryHeader = (flag: string, stored: number): void => {
    const magic = block.toString("latin1", 257, 263)
    const prefix = magic === "ustar\0" ? textField(block, 345, 155) : ""
    const short = textField(block, 0, 100)
    const name =
      paxText("GNU.sparse.name") ?? paxText("path") ?? longName ?? (prefix === "" ? short : `${prefix}/${short}`)
    const link = paxText("linkpath") ?? longLink ?? textField(block, 157, 100)
    if (Buffer.byteLength(name) > nameLimit || Buffer.byteLength(link) > nameLimit) {
      stop("TooLong", "a name of more than 4096 bytes")
    }
    const known = types[flag] ?? stop("Unsupported", `an entry of type ${JSON.stringify(flag)}`)
    // Before there was a type for directories, a slash at the end of the name was the sign.
    const type = known === "file" && flag !== "S" && name.endsWith("/") ? "directory" : known
    const time = paxText("mtime")
    const mtimeNs =
      time === undefined
        ? BigInt(field(136, 12, "time")) * second
        : (paxTime(time) ?? stop("Malformed", "the record mtime is no time"))
    const realSize =
      flag === "S"
        ? positive(483, 12, "real size")
        : (paxCount("GNU.sparse.realsize") ?? paxCount("GNU.sparse.size") ?? stored)
    // A hard link may repeat the size of its file without its bytes; only the PAX format lets it carry them.
    const bytes = type === "file" || (type === "hardlink" && paxText("size") !== undefined) ? stored : 0
    const device = type === "char" || type === "block"
    const format = paxText("GNU.sparse.major")
    const map = paxText("GNU.sparse.map")
    const numbers = map === undefined ? repeated : map.split(",")
    const entry: TarEntry = {
      type,
      name,
      link,
      mode: positive(100, 8, "mode") & 0o7777,
      uid: paxCount("uid") ?? positive(108, 8, "uid"),
      gid: paxCount("gid") ?? positive(116, 8, "gid"),
      size: type === "file" ? realSize : 0,
      mtimeNs,
      xattrs: xattrsNow(),
      major: device ? positive(329, 8, "device number") : 0,
      minor: device ? positive(337, 8, "device number") : 0,
      sparse: type === "file" && (flag === "S" || format === "1" || numbers.length > 0)
    }
    local = new Map()
    repeated = []
    longName = undefined
    longLink = undefined
    padding = paddingOf(bytes)
    storedSize = bytes
    if (flag === "S") {
      regions = gnuRegions(block, 386, 4) ?? stop("Malformed", "a sparse file with a malformed map")
      sparse = entry
      if (block[482] === 1) state = "gnu-map"
      else beginSparse(entry, bytes)
    } else if (format === "1" && type === "file") {
      sparse = entry
      mapNumbers = []
      mapDigits = ""
      regions = []
      state = "pax-map"
    } else if (numbers.length > 0 && type === "file") {
      regions = paxRegions(numbers) ?? stop("Malformed", "a sparse file with a malformed map")
      beginSparse(entry, bytes)
    } else {
      regions = undefined
      begin(entry, bytes)
    }
  }

  const beginSparse = (entry: TarEntry, bytes: number): void => {
    regions = (regions ?? []).filter((region) => region.size > 0)
    if (!regionsFit(regions, entry.size, bytes)) stop("Malformed", "a sparse file whose map does not fit its size")
    sparse = entry
    begin(entry, bytes)
  }

  /** A further block of the map of an old GNU sparse file. */
  const gnuMap = (): void => {
    const more = gnuRegions(block, 0, 21) ?? stop("Malformed", "a sparse file with a malformed map")
    regions?.push(...more)
    if ((regions?.length ?? 0) > regionLimit) stop("TooLong", "a sparse file with too many regions")
    if (block[504] !== 1 && sparse !== undefined) beginSparse(sparse, storedSize)
  }

  /** A block of the map that precedes the content in the 1.0 format: decimal numbers, one a line, the count first. */
  const paxMap = (): void => {
    storedSize -= blockSize
    if (storedSize < 0) stop("Malformed", "a sparse file with a malformed map")
    const lines = (mapDigits + block.toString("latin1", 0, blockSize).replace(/\0+$/, "")).split("\n")
    mapDigits = lines.pop() ?? ""
    // Digits that never end would be looked through again with each block.
    if (mapDigits.length > numberLimit) stop("Malformed", "a sparse file with a malformed map")
    mapNumbers.push(...lines)
    const count = paxNumber(mapNumbers[0] ?? "") ?? stop("Malformed", "a sparse file with a malformed map")
    if (count > regionLimit) stop("TooLong", "a sparse file with too many regions")
    if (mapNumbers.length < 1 + 2 * count) return
    regions = paxRegions(mapNumbers.slice(1, 1 + 2 * count)) ?? stop("Malformed", "a sparse file with a malformed map")
    if (sparse !== undefined) beginSparse(sparse, storedSize)
  }

  /** Passes content on, with the holes that come before it. */
  const content = (piece: Buffer): void => {
    if (regions === undefined) return handler.data(piece)
    handler.raw?.(piece)
    let at = 0
    while (at < piece.length) {
      const region = regions[regionIndex]
      if (region === undefined) return
      if (position < region.offset) {
        handler.hole(region.offset - position)
        position = region.offset
      }
      const count = Math.min(piece.length - at, region.offset + region.size - position)
      handler.data(piece.subarray(at, at + count))
      position += count
      at += count
      if (position === region.offset + region.size) regionIndex += 1
    }
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
        else if (state === "gnu-map") gnuMap()
        else paxMap()
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
        content(piece.subarray(0, count))
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
