import { isRecord } from "@gantry/core/is-record"
import { isList, unspell } from "@gantry/build/key/canonical"
import { readRecordHead } from "@gantry/build/key/record-text"
import { keyOfSpelling } from "@gantry/build/key/step-key"
import { type Digest, isDigest } from "@gantry/core/image/Digest"
import type { CacheRecord } from "@gantry/core/store/BuildCache"
import * as Either from "effect/Either"
import { isNameOf } from "../cache-mounts/CacheMount.ts"

/** What makes a manifest one of a shared build cache. */
export const cacheArtifact = "application/vnd.gantry.cache.v1"

/** The media type of the list of records. */
export const cacheRecords = "application/vnd.gantry.cache.records.v1+json"

/** The media type of the contents of a cache mount: an archive, compressed in any way that its first bytes tell. */
export const mountType = "application/vnd.gantry.cache.mount.v1.tar"

/** Longest list of records in bytes. */
export const longestList = 64 * 1024 * 1024

/** Most records of one list. */
const mostRecords = 100_000

/** A cache mount that was left with the records. */
export interface SharedMount {
  readonly id: string
  /** See `nameOf`. */
  readonly name: string
  /** See `CacheMount.base`. */
  readonly base: Digest | ""
  /** Of its archive before that was compressed. */
  readonly content: Digest
  /** Its place among the layers of the manifest. */
  readonly at: number
}

/** What a list says besides its records. */
export interface Besides {
  readonly absent?: ReadonlyArray<Digest>
  readonly mounts?: ReadonlyArray<SharedMount>
}

/** Most cache mounts of one list. */
export const mostMounts = 64

/**
 * The list of these records, whose layers are named by their place among `layers`: the same records give the same bytes.
 * Keys do not travel: whoever reads the facts computes them. Layers that only records speak of, and that are nowhere to be
 * had, come after the others.
 */
export const writeRecords = (
  records: ReadonlyArray<CacheRecord>,
  held: ReadonlyArray<Digest>,
  { absent = [], mounts = [] }: Besides = {}
): Uint8Array => {
  const layers = [...held, ...absent]
  const places = new Map(layers.map((layer, at) => [layer, at]))
  const list = records.map(({ createdAt, facts, instruction, layer, parent, tookMs }) => ({
    facts,
    instruction,
    parent,
    ...(layer === null ? {} : { layer: places.get(layer) }),
    createdAt,
    tookMs
  }))
  return new TextEncoder().encode(
    JSON.stringify({
      format: cacheArtifact,
      layers,
      ...(absent.length === 0 ? {} : { held: held.length }),
      ...(mounts.length === 0 ? {} : { mounts }),
      records: list
    })
  )
}

/** The records of a list, and the layers they speak of in the order of the manifest's. */
export interface ReadRecords {
  readonly layers: ReadonlyArray<Digest>
  /** How many of the layers were left with the records: the first ones. */
  readonly held: number
  readonly records: ReadonlyArray<CacheRecord>
  readonly mounts: ReadonlyArray<SharedMount>
  /** Records and cache mounts that were left out because they are not what a record must be. */
  readonly refused: number
}

/**
 * Reads a list of records that nobody vouches for. Each key is computed from the facts, so a record can only stand for
 * the step that it describes. What is no record is left out; a list that is none at all is refused, in one sentence
 * without a full stop. `now`: milliseconds since 1970; nothing was made later.
 */
export const readRecords = (bytes: Uint8Array, now: number): Either.Either<ReadRecords, string> => {
  const parsed = Either.try((): unknown => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)))
  if (Either.isLeft(parsed) || !isRecord(parsed.right)) return Either.left("its list of records is not a JSON object")
  const { format, held, layers, mounts = [], records } = parsed.right
  if (format !== cacheArtifact) return Either.left("its list of records has an unknown format")
  if (!Array.isArray(layers) || !layers.every(isDigest)) return Either.left("its list of layers is malformed")
  if (held !== undefined && !isInstant(held)) return Either.left("its list of layers is malformed")
  if (!Array.isArray(records)) return Either.left("it lists no records")
  if (records.length > mostRecords) return Either.left(`it has ${records.length} records, more than ${mostRecords}`)
  if (!Array.isArray(mounts)) return Either.left("its list of cache mounts is malformed")
  if (mounts.length > mostMounts) return Either.left(`it has ${mounts.length} cache mounts, more than ${mostMounts}`)
  const shared = new Map<string, SharedMount>()
  for (const each of mounts) {
    const mount = mountOf(each)
    if (mount !== undefined) shared.set(mount.name, mount)
  }
  const found = new Map<string, CacheRecord>()
  for (const each of records) {
    const record = recordOf(each, layers, now)
    if (record !== undefined) found.set(record.key, record)
  }
  return Either.right({
    layers,
    held: held ?? layers.length,
    records: [...found.values()],
    mounts: [...shared.values()],
    refused: records.length - found.size + mounts.length - shared.size
  })
}

const mountOf = (value: unknown): SharedMount | undefined => {
  if (!isRecord(value)) return undefined
  const { at, base, content, id, name } = value
  if (typeof id !== "string" || typeof name !== "string" || !isInstant(at) || !isDigest(content)) return undefined
  if (!id.isWellFormed() || id === "" || id.length > longestId || !isNameOf(name, id)) return undefined
  return base === "" || isDigest(base) ? { id, name, base, content, at } : undefined
}

/** Longest id of a cache mount that is taken from others. */
const longestId = 1024

const isInstant = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const recordOf = (value: unknown, layers: ReadonlyArray<Digest>, now: number): CacheRecord | undefined => {
  if (!isRecord(value)) return undefined
  const { createdAt, facts, instruction, layer, parent, tookMs } = value
  if (typeof facts !== "string" || typeof instruction !== "string" || typeof parent !== "string") return undefined
  if (!facts.isWellFormed() || !instruction.isWellFormed()) return undefined
  if (parent !== "scratch" && !isDigest(parent)) return undefined
  if (!isInstant(createdAt) || !isInstant(tookMs)) return undefined
  const made = layer === undefined ? null : layers[Number.isSafeInteger(layer) ? Number(layer) : -1]
  if (made === undefined) return undefined
  const text = readRecordHead(facts)
  if (text === undefined || !isDigest(text.on)) return undefined
  const kind = kindOf(text.facts)
  // What only changes settings has no layer: an entry that gives it one wants files in where no instruction puts any.
  if (kind === undefined || (kind.startsWith("gantry.config.") && made !== null)) return undefined
  return {
    key: keyOfSpelling(text.facts),
    facts,
    instruction,
    parent,
    layer: made,
    createdAt: Math.min(createdAt, now),
    tookMs
  }
}

/** What kind of step facts are about; undefined for what is no spelling of facts. */
const kindOf = (facts: string): string | undefined => {
  const value = Either.getOrUndefined(unspell(facts))
  if (typeof value !== "object" || isList(value)) return undefined
  const format = Object.hasOwn(value, "format") ? value["format"] : undefined
  return typeof format === "string" && /^gantry\.[a-z]+\.\d+$/.test(format) ? format : undefined
}
