import { numberField, paxNumber, paxTime, textField } from "./tar-numbers.ts"
import { Stop } from "./tar-problem.ts"
import { gnuRegions, paxRegions, type Region } from "./tar-sparse.ts"

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

/** What stood before a header and belongs to its entry. */
export interface Preceding {
  /** PAX records for all entries that follow. */
  readonly global: ReadonlyMap<string, Buffer>
  /** PAX records for this entry; they win. */
  readonly local: ReadonlyMap<string, Buffer>
  /** Numbers of the 0.0 sparse format, whose keys repeat. */
  readonly repeated: ReadonlyArray<string>
  readonly longName: string | undefined
  readonly longLink: string | undefined
}

/** An entry, and how its content is stored. */
export interface ReadEntry {
  readonly entry: TarEntry
  /** Bytes that follow the header, padding left out. */
  readonly stored: number
  /**
   * Of a sparse file: where what is stored belongs. `map` says that more of it follows, in blocks of the old GNU format
   * or in front of the content.
   */
  readonly sparse?: { readonly regions: Array<Region>; readonly map: "complete" | "gnu" | "pax" }
}

/** Longest name or link target in bytes. */
const nameLimit = 4096

const noXattrs: ReadonlyMap<string, Uint8Array> = new Map()
const xattrKey = "SCHILY.xattr."
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

/** Records that speak of one file only: said of all that follow they would turn every entry into another one. */
const isOfOneFile = (key: string): boolean =>
  key === "path" || key === "linkpath" || key === "size" || key.startsWith("GNU.sparse.") || key.startsWith(xattrKey)

/**
 * The global records with more of them. Only owners and times are kept: other readers of layers know no global records,
 * so what they may change is little, and names, sizes and attributes for all entries at once are refused.
 */
export const moreGlobal = (
  before: ReadonlyMap<string, Buffer>,
  found: ReadonlyMap<string, Buffer>,
  offset: number
): ReadonlyMap<string, Buffer> => {
  const records = new Map(before)
  for (const [key, value] of found) {
    if (isOfOneFile(key)) throw new Stop({ reason: "Unsupported", offset, why: `the record ${key} for all entries` })
    if (key === "mtime" || key === "uid" || key === "gid") records.set(key, Buffer.from(value))
  }
  return records
}

/** What a header and the records before it say. Throws {@link Stop}. `offset`: of the header. */
export const readEntry = (block: Buffer, before: Preceding, offset: number): ReadEntry => {
  const stop = (reason: "Malformed" | "TooLong" | "Unsupported", why: string): never => {
    throw new Stop({ reason, offset, why })
  }
  const text = (key: string): string | undefined => {
    const value = before.local.get(key) ?? before.global.get(key)
    return value === undefined || value.length === 0 ? undefined : value.toString("utf8")
  }
  const count = (key: string): number | undefined => {
    const value = text(key)
    if (value === undefined) return undefined
    return paxNumber(value) ?? stop("Malformed", `the record ${key} is no number`)
  }
  const field = (at: number, length: number, what: string): number =>
    numberField(block, at, length) ?? stop("Malformed", `the header's ${what} is no number`)
  const positive = (at: number, length: number, what: string): number => {
    const value = field(at, length, what)
    return value < 0 ? stop("Malformed", `the header's ${what} is negative`) : value
  }

  const flag = block.toString("latin1", 156, 157)
  const stored = count("size") ?? positive(124, 12, "size")
  const prefix = block.toString("latin1", 257, 263) === "ustar\0" ? textField(block, 345, 155) : ""
  const short = textField(block, 0, 100)
  const name =
    text("GNU.sparse.name") ?? text("path") ?? before.longName ?? (prefix === "" ? short : `${prefix}/${short}`)
  const link = text("linkpath") ?? before.longLink ?? textField(block, 157, 100)
  if (Buffer.byteLength(name) > nameLimit || Buffer.byteLength(link) > nameLimit) {
    stop("TooLong", "a name of more than 4096 bytes")
  }
  const known = types[flag] ?? stop("Unsupported", `an entry of type ${JSON.stringify(flag)}`)
  // Before there was a type for directories, a slash at the end of the name was the sign.
  const type = known === "file" && flag !== "S" && name.endsWith("/") ? "directory" : known
  const time = text("mtime")
  const mtimeNs =
    time === undefined
      ? BigInt(field(136, 12, "time")) * second
      : (paxTime(time) ?? stop("Malformed", "the record mtime is no time"))
  const realSize =
    flag === "S" ? positive(483, 12, "real size") : (count("GNU.sparse.realsize") ?? count("GNU.sparse.size") ?? stored)
  // A hard link may repeat the size of its file without its bytes; only the PAX format lets it carry them.
  const bytes = type === "file" || (type === "hardlink" && text("size") !== undefined) ? stored : 0
  const device = type === "char" || type === "block"
  const map = text("GNU.sparse.map")
  const numbers = map === undefined ? before.repeated : map.split(",")
  const inFront = text("GNU.sparse.major") === "1"
  const sparse = type === "file" && (flag === "S" || inFront || numbers.length > 0)
  // Nobody could say where the rest of it is.
  if (type === "file" && !sparse && realSize !== stored) stop("Malformed", "a sparse file without a map")
  const entry: TarEntry = {
    type,
    name,
    link,
    mode: positive(100, 8, "mode") & 0o7777,
    uid: count("uid") ?? positive(108, 8, "uid"),
    gid: count("gid") ?? positive(116, 8, "gid"),
    size: type === "file" ? realSize : 0,
    mtimeNs,
    xattrs: xattrsOf(before.local),
    major: device ? positive(329, 8, "device number") : 0,
    minor: device ? positive(337, 8, "device number") : 0,
    sparse
  }
  if (!sparse) return { entry, stored: bytes }
  if (flag !== "S" && inFront) return { entry, stored: bytes, sparse: { regions: [], map: "pax" } }
  const regions = flag === "S" ? gnuRegions(block, 386, 4) : paxRegions(numbers)
  const more = flag === "S" && block[482] === 1
  return {
    entry,
    stored: bytes,
    sparse: {
      regions: regions ?? stop("Malformed", "a sparse file with a malformed map"),
      map: more ? "gnu" : "complete"
    }
  }
}

const xattrsOf = (records: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Uint8Array> => {
  let found: Map<string, Uint8Array> | undefined
  for (const [key, value] of records) {
    if (!key.startsWith(xattrKey)) continue
    found ??= new Map()
    found.set(key.slice(xattrKey.length), Uint8Array.from(value))
  }
  return found ?? noXattrs
}
