import { type Digest, digest, isDigest } from "@gantry/core/image/Digest"
import { Locks } from "@gantry/core/Locks"
import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { Database } from "@gantry/core/state/Database"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { BuildCache } from "@gantry/core/store/BuildCache"
import { Disk, type DiskItem } from "@gantry/core/store/Disk"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Containers } from "../containers/Containers.ts"
import { containerOf } from "../containers/tree-names.ts"
import { Images } from "../images/Images.ts"
import type { ImageRecord } from "../images/ImageRecord.ts"
import { listOfImages } from "../manifests/ManifestLists.ts"
import { dividedNames, rootPart } from "../root-names.ts"
import { Volumes } from "../volumes/Volumes.ts"
import * as CacheMount from "../cache-mounts/CacheMount.ts"
import type { CacheMountFacts, ContainerFacts, ImageFacts, Snapshot, StoredFacts } from "./Snapshot.ts"
import { workingSince } from "./working.ts"

/** What looking at everything needs. */
export type SnapshotServices =
  | BlobStore
  | BuildCache
  | Containers
  | Database
  | Disk
  | Images
  | LayerStore
  | Locks
  | Runtime
  | Settings
  | Volumes

/** Everything at one moment, and where it lies. */
export interface Sight {
  readonly snapshot: Snapshot
  readonly items: ReadonlyArray<DiskItem>
}

/**
 * Looks at everything. Who works now is asked first and the disk is surveyed next, before the records: what is made
 * meanwhile is then either not seen at all, or seen with the record that needs it.
 */
export const takeSnapshot: Effect.Effect<Sight, StorageFailure, SnapshotServices> = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const since = yield* workingSince
  const { free } = yield* (yield* Disk).space
  const items = yield* (yield* Disk).survey(dividedNames)
  const trees = yield* (yield* LayerStore).trees
  // Before the containers: a maker that has ended had put its container on record before.
  const ofEnded = new Set(yield* (yield* LayerStore).kept)
  const records = yield* (yield* Images).list
  const cache = yield* (yield* BuildCache).list
  const volumes = yield* (yield* Volumes).list
  const fetched = new Set(yield* (yield* Locks).held("blob-"))
  const lists = yield* listOfImages
  const images = yield* Effect.forEach(records, (record) => imageFacts(record, lists.get(record.id)))
  const ownBytes = bytesByOwner(items)
  const cacheMounts = yield* Effect.forEach(yield* CacheMount.list, ({ createdAt, id, lastUsed, name }) =>
    Effect.map(CacheMount.usersOf(name), (users): CacheMountFacts => {
      const bytes = ownBytes.get(`cache-mount ${name}`) ?? 0
      return { id, name, createdAt, lastUsed, bytes, busy: users.length > 0, labels: {} }
    })
  )
  const containers = yield* containerFacts(ownBytes)
  const stored = (kind: DiskItem["kind"]): ReadonlyMap<Digest, StoredFacts> =>
    new Map(items.filter((item) => item.kind === kind).map((item) => [digest(item.id), item]))
  const known = new Set(containers.map(({ id }) => id))
  const snapshot: Snapshot = {
    now,
    ...(since === undefined ? {} : { workingSince: since }),
    images,
    containers,
    volumes: volumes.map((volume) => ({ ...volume, bytes: ownBytes.get(`volume ${volume.name}`) ?? 0 })),
    cache: cache.map((record) => ({ ...record, labels: {} })),
    cacheMounts,
    trees: trees.map(({ id, parents }) => ({
      id,
      parents,
      ...(ofEnded.has(id) && !known.has(containerOf(id)) ? { abandoned: true } : {})
    })),
    layers: stored("layer"),
    blobs: stored("blob"),
    free,
    partials: items
      .filter(({ kind }) => kind === "partial")
      .map(({ bytes, changedAt, id, path }) => ({
        digest: digest(id),
        path,
        bytes,
        changedAt,
        held: fetched.has(`blob-${id.replace("sha256:", "")}`)
      }))
  }
  return { snapshot, items }
})

/** Bytes of everything that belongs to one container, volume or cache mount: `container ID`, `volume NAME`. */
const bytesByOwner = (items: ReadonlyArray<DiskItem>): ReadonlyMap<string, number> => {
  const bytes = new Map<string, number>()
  for (const item of items) {
    const part = item.kind === "other" ? rootPart(item.path) : undefined
    const owner =
      item.kind === "tree"
        ? `container ${containerOf(item.id)}`
        : part?.of === "container" || part?.of === "volume" || part?.of === "cache-mount"
          ? `${part.of} ${part.id}`
          : undefined
    if (owner !== undefined) bytes.set(owner, (bytes.get(owner) ?? 0) + item.bytes)
  }
  return bytes
}

const containerFacts = (
  ownBytes: ReadonlyMap<string, number>
): Effect.Effect<ReadonlyArray<ContainerFacts>, StorageFailure, Containers | Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    return yield* Effect.forEach(yield* (yield* Containers).list, (record) =>
      Effect.map(runtime.state(record.id), (state): ContainerFacts => {
        const usedAt =
          "finishedAt" in state ? state.finishedAt : "startedAt" in state ? state.startedAt : record.createdAt
        return {
          id: record.id,
          name: record.name,
          image: record.image,
          mountedImages: record.mounts.flatMap(({ image }) => (image === undefined ? [] : [image])),
          live: isLive(state),
          volumes: record.mounts.flatMap(({ name, type }) => (type === "volume" ? [name] : [])),
          networks: record.options.networks.map(({ network }) => network),
          bytes: ownBytes.get(`container ${record.id}`) ?? 0,
          labels: record.labels,
          createdAt: record.createdAt,
          lastUsed: Math.max(record.createdAt, usedAt)
        }
      })
    )
  })

const imageFacts = (
  image: ImageRecord,
  list: string | undefined
): Effect.Effect<ImageFacts, StorageFailure, BlobStore> =>
  Effect.map(imageBlobs(image), (blobs) => ({
    id: image.id,
    names: image.names,
    digests: image.digests,
    stack: image.stack,
    labels: image.labels,
    createdAt: image.createdAt,
    lastUsed: image.lastUsed,
    blobs,
    ...(list === undefined ? {} : { list })
  }))

/** Indexes inside of indexes that are followed. */
const deepest = 4

/** The blobs of an image: manifest, config, and the indexes that its names led to, as far as they are here. */
export const imageBlobs = ({
  digests,
  id,
  indexes,
  layout,
  manifest
}: Pick<ImageRecord, "id" | "manifest" | "digests" | "indexes" | "layout">): Effect.Effect<
  ReadonlyArray<Digest>,
  StorageFailure,
  BlobStore
> =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const found = new Set<Digest>([manifest, id, ...(layout === undefined ? [] : [layout.digest])])
    const follow = (each: Digest, depth: number): Effect.Effect<void, StorageFailure> =>
      Effect.gen(function* () {
        if (found.has(each) || depth > deepest) return
        const bytes = yield* blobs
          .readWhole(each)
          .pipe(Effect.catchTag("BlobMissing", "BlobCorrupt", () => Effect.succeed(undefined)))
        if (bytes === undefined) return
        found.add(each)
        for (const inner of namedIn(bytes)) yield* follow(inner, depth + 1)
      })
    for (const each of indexes) yield* follow(each, 0)
    for (const text of digests) {
      const each = text.slice(text.lastIndexOf("@") + 1)
      if (isDigest(each)) yield* follow(each, 0)
    }
    return [...found]
  })

/** Manifests that an index names. */
const namedIn = (bytes: Uint8Array): ReadonlyArray<Digest> => {
  try {
    const { manifests } = JSON.parse(new TextDecoder().decode(bytes)) as {
      readonly manifests?: ReadonlyArray<{ readonly digest?: unknown }>
    }
    return Array.isArray(manifests)
      ? manifests.flatMap(({ digest: each }) => (typeof each === "string" && isDigest(each) ? [each] : []))
      : []
  } catch {
    return []
  }
}
