import { Buffer } from "node:buffer"
import { deflateRawSync, inflateRawSync } from "node:zlib"
import * as Either from "effect/Either"
import type { Digest } from "@gantry/core/image/Digest"
import { type Canonical, isList, spell, unspell } from "./canonical.ts"
import type { ListedFile } from "./file-list.ts"

/** What a cache record says about how it came to be: the text of `CacheRecord.facts`. */
export interface RecordText {
  /**
   * What the step really stood on: a digest of the layers under it, and of the layers it copied from. Not part of the
   * key. A record is offered only on the same layers, so that results of two different runs of an earlier step never
   * mix, whatever was interrupted between.
   */
  readonly on: Digest
  /** The spelled facts; the key is their digest. */
  readonly facts: string
  /** The files a copy took from the context, for explanations only. */
  readonly files: ReadonlyArray<ListedFile>
}

const format = "gantry.record.1"
/** Longer lists are compressed: 20,000 files then take some hundred kilobytes. */
const longest = 16_384
/** Bytes that a list may unpack to: some hundred thousand files. */
const mostUnpacked = 64 * 1024 * 1024
/** Enough of a digest to tell a change. */
const shown = "sha256:".length + 16

/** The beginning of every text that is about these facts on these layers: comparing it is cheaper than reading. */
export const recordPrefix = ({ facts, on }: Pick<RecordText, "on" | "facts">): string =>
  `l${spell(format)}${spell(on)}${spell(facts)}`

/** Writes a record's text. */
export const writeRecord = (record: RecordText): string => {
  const files = record.files.map(({ content, mode, path, type }) => [
    path,
    type,
    mode,
    // Two link targets may differ at their ends.
    type === "symlink" ? content : content.slice(0, shown)
  ])
  const list = files.length === 0 ? "" : spell(files)
  const packed =
    list.length <= longest ? list : `deflate:${deflateRawSync(Buffer.from(list), { level: 1 }).toString("base64")}`
  return `${recordPrefix(record)}${spell(packed)}e`
}

/** Reads a record's text; none when it is of another format or broken. */
export const readRecord = (text: string): RecordText | undefined => {
  const parts = readParts(text)
  return parts === undefined ? undefined : { on: parts.on, facts: parts.facts, files: readFiles(parts.packed) }
}

/** What a record is about, without its files: what others wrote may be very long when it is unpacked. */
export const readRecordHead = (text: string): Pick<RecordText, "on" | "facts"> | undefined => readParts(text)

const readParts = (text: string) => {
  const record = Either.getOrElse(unspell(text), () => undefined)
  if (record === undefined || !isList(record)) return undefined
  const [name, on, facts, packed] = record
  if (name !== format || typeof on !== "string" || typeof facts !== "string" || typeof packed !== "string")
    return undefined
  return { on: on as Digest, facts, packed }
}

const readFiles = (packed: string): ReadonlyArray<ListedFile> => {
  const files = Either.getOrElse(unspell(unpack(packed)), (): Canonical => [])
  if (!isList(files)) return []
  return files.flatMap((file): ReadonlyArray<ListedFile> => {
    if (!isList(file)) return []
    const [path, type, mode, content] = file
    if (typeof path !== "string" || typeof mode !== "number" || typeof content !== "string") return []
    const known = types.find((each) => each === type)
    return known === undefined ? [] : [{ path, type: known, mode, content }]
  })
}

const types: ReadonlyArray<ListedFile["type"]> = ["file", "dir", "symlink", "fifo", "char", "block"]

const unpack = (packed: string): string => {
  if (!packed.startsWith("deflate:")) return packed
  try {
    const bytes = Buffer.from(packed.slice("deflate:".length), "base64")
    return inflateRawSync(bytes, { maxOutputLength: mostUnpacked }).toString("utf8")
  } catch {
    // A damaged list, or one that was made to fill the memory, costs an explanation, not the build.
    return ""
  }
}
