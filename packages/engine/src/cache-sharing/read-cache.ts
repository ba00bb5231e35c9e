import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type Digest, isDigest } from "@gantry/core/image/Digest"
import { compressionOf } from "@gantry/core/image/MediaType"
import { Registry } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import type { CacheRecord } from "@gantry/core/store/BuildCache"
import type { BlobCorrupt } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { fetchWhole } from "../images/fetch-whole.ts"
import { decodeManifest } from "../images/image-json.ts"
import { cacheRecords, longestList, mountType, readRecords, type SharedMount } from "./CacheDocument.ts"
import type { CacheSource } from "./CachePlace.ts"

/** What lies at a place is no cache, or one that cannot be used. */
export class CacheUnusable extends Data.TaggedError("CacheUnusable")<{
  /** One sentence without a full stop. */
  readonly why: string
}> {
  override get message() {
    return this.why
  }
}

/** A cache mount, and where its contents are. */
export interface PlacedMount extends SharedMount {
  readonly descriptor: Descriptor
}

/** A shared cache whose records were read; its layers are where they were. */
export interface SharedCache {
  readonly source: CacheSource
  readonly records: ReadonlyArray<CacheRecord>
  /** The compressed form of each layer. */
  readonly layers: ReadonlyMap<Digest, Descriptor>
  /** Layers that were not left with the records on purpose. */
  readonly absent: ReadonlySet<Digest>
  /** By name. */
  readonly mounts: ReadonlyMap<string, PlacedMount>
  /** Records that were left out. */
  readonly refused: number
}

/** Reads the records of a cache, verified by digest. No layer is fetched. */
export const readCache = (
  source: CacheSource
): Effect.Effect<SharedCache, BlobCorrupt | CacheUnusable | RegistryError, Registry> =>
  Effect.gen(function* () {
    const { bytes } = yield* (yield* Registry).resolve(source.ref)
    const manifest = yield* Either.mapLeft(decodeManifest(bytes), (why) => new CacheUnusable({ why }))
    const { config, layers } = manifest
    if (config.mediaType !== cacheRecords) {
      return yield* new CacheUnusable({ why: `it is no build cache of gantry but ${config.mediaType}` })
    }
    if (config.size > longestList) {
      return yield* new CacheUnusable({
        why: `its list of records has ${config.size} bytes, more than the ${longestList} that are read`
      })
    }
    const list = yield* fetchWhole(source.ref, config)
    const now = yield* Clock.currentTimeMillis
    const read = yield* Either.mapLeft(readRecords(list, now), (why) => new CacheUnusable({ why }))
    const known = new Map<Digest, Descriptor>()
    for (const [at, diffId] of read.layers.slice(0, read.held).entries()) {
      const descriptor = layers[at]
      const usable =
        descriptor !== undefined && isDigest(descriptor.digest) && compressionOf(descriptor.mediaType) !== undefined
      if (usable) known.set(diffId, descriptor)
    }
    const mounts = new Map<string, PlacedMount>()
    for (const mount of read.mounts) {
      const descriptor = layers[mount.at]
      if (descriptor?.mediaType === mountType && isDigest(descriptor.digest))
        mounts.set(mount.name, { ...mount, descriptor })
    }
    const absent = new Set(read.layers.slice(read.held))
    return { source, records: read.records, layers: known, absent, mounts, refused: read.refused }
  })
