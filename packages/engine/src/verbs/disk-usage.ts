import type { Digest } from "@gantry/core/image/Digest"
import type { DiskItem } from "@gantry/core/store/Disk"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { needed } from "../prune/plan.ts"
import { containerOf } from "../containers/tree-names.ts"
import {
  type CacheFacts,
  type CacheMountFacts,
  type ContainerFacts,
  type ImageFacts,
  type Snapshot,
  type VolumeFacts,
  imagesOf
} from "../prune/Snapshot.ts"
import { type SnapshotServices, takeSnapshot } from "../prune/take-snapshot.ts"
import { rootPart } from "../root-names.ts"

/** What bytes are counted as. */
export type UsageKind =
  | "images"
  | "containers"
  | "volumes"
  | "cache"
  /** Beginnings of blobs, and whole blobs and layers that no image has: what unfinished pulls left. */
  | "partial"
  /** What living processes work with. */
  | "working"
  /** The database, the index, directories and locks. */
  | "records"
  /** What belongs to nobody. */
  | "strays"

/** One kind, and what it takes of the disk. */
export interface UsageRow {
  readonly kind: UsageKind
  readonly total: number
  readonly active: number
  readonly bytes: number
  /** Bytes that pruning can give back; never more than `bytes`. */
  readonly reclaimable: number
}

/** What an image takes. */
export interface ImageUsage {
  readonly image: ImageFacts
  /** Bytes that other images have too. */
  readonly shared: number
  /** Bytes that are this image's alone. */
  readonly unique: number
  readonly containers: number
}

/** What a volume takes. */
export interface VolumeUsage {
  readonly volume: VolumeFacts
  /** Containers that mount it. */
  readonly links: number
}

/** What a record of the build cache takes. */
export interface CacheUsage {
  readonly record: CacheFacts
  /** Bytes of its layer, also when an image has it. */
  readonly bytes: number
  /** An image has the layer. */
  readonly shared: boolean
}

/** All that lies below the root, each byte in one row: the rows add up to what the disk gives to the root. */
export interface DiskUsage {
  readonly rows: ReadonlyArray<UsageRow>
  readonly images: ReadonlyArray<ImageUsage>
  readonly containers: ReadonlyArray<ContainerFacts>
  readonly volumes: ReadonlyArray<VolumeUsage>
  /** Directories that builds keep with `RUN --mount=type=cache`. */
  readonly cacheMounts: ReadonlyArray<CacheMountFacts>
  readonly cache: ReadonlyArray<CacheUsage>
}

/** Counts everything below the root. */
export const diskUsage: Effect.Effect<DiskUsage, StorageFailure, SnapshotServices> = Effect.map(
  takeSnapshot,
  ({ items, snapshot }) => usageOf(snapshot, items)
)

/** In the order of the rows. */
const kinds: ReadonlyArray<UsageKind> = [
  "images",
  "containers",
  "volumes",
  "cache",
  "partial",
  "working",
  "records",
  "strays"
]

/** Counts what a look at everything has found. Layers that several things need count once, for the first row that does. */
export const usageOf = (snapshot: Snapshot, items: ReadonlyArray<DiskItem>): DiskUsage => {
  const tell = teller(snapshot)
  const sums = new Map(kinds.map((kind) => [kind, { bytes: 0, reclaimable: 0, count: 0 }]))
  for (const item of items) {
    const { free, kind } = tell(item)
    const sum = sums.get(kind)
    if (sum === undefined) continue
    sum.bytes += item.bytes
    sum.reclaimable += free ? item.bytes : 0
    sum.count += 1
  }
  const { cache, cacheMounts, containers, images, volumes } = snapshot
  const used = new Set(containers.flatMap(imagesOf))
  const mounted = new Set(containers.flatMap((each) => each.volumes))
  const ofImages = new Set(images.flatMap(({ stack }) => stack))
  const isShared = ({ layer }: CacheFacts): boolean => layer !== null && ofImages.has(layer)
  const counts: { readonly [kind in UsageKind]?: readonly [total: number, active: number] } = {
    images: [images.length, images.filter(({ id }) => used.has(id)).length],
    containers: [containers.length, containers.filter(({ live }) => live).length],
    volumes: [volumes.length, volumes.filter(({ name }) => mounted.has(name)).length],
    cache: [
      cache.length + cacheMounts.length,
      cache.filter(isShared).length + cacheMounts.filter(({ busy }) => busy).length
    ]
  }
  const rows = kinds.map((kind): UsageRow => {
    const { bytes = 0, count = 0, reclaimable = 0 } = sums.get(kind) ?? {}
    const busy = kind === "working" || kind === "records" ? count : 0
    const held = kind === "partial" ? snapshot.partials.filter((each) => each.held).length : busy
    const [total, active] = counts[kind] ?? [count, held]
    return { kind, total, active, bytes, reclaimable }
  })
  return {
    rows,
    images: imageUsage(snapshot),
    containers,
    volumes: volumes.map((volume) => ({
      volume,
      links: containers.filter((each) => each.volumes.includes(volume.name)).length
    })),
    cacheMounts,
    cache: cache.map((record) => ({
      record,
      bytes: record.layer === null ? 0 : (snapshot.layers.get(record.layer)?.bytes ?? 0),
      shared: isShared(record)
    }))
  }
}

/** Says in which row something is counted, and whether pruning can give it back. */
const teller = (snapshot: Snapshot) => {
  const { cache, containers, images, trees, volumes } = snapshot
  const byId = new Map(containers.map((each) => [each.id, each]))
  const mounted = new Set(containers.flatMap((each) => each.volumes))
  const known = new Set(volumes.map(({ name }) => name))
  const used = new Set(containers.flatMap(imagesOf))
  const active = images.filter(({ id }) => used.has(id))
  const byImages = { layer: needed("layer", images, [], []), blob: needed("blob", images, [], []) }
  const byActive = { layer: needed("layer", active, [], trees), blob: needed("blob", active, [], []) }
  const byCache = needed("layer", [], cache, [])
  const kept = trees.filter(({ id }) => byId.has(containerOf(id)))
  const byContainers = needed("layer", [], [], kept)
  const byLive = needed(
    "layer",
    [],
    [],
    kept.filter(({ id }) => byId.get(containerOf(id))?.live === true)
  )
  const byTrees = needed("layer", [], [], trees)
  const fetched = new Set(snapshot.partials.filter(({ held }) => held).map(({ digest }) => String(digest)))
  const container = (id: string) => {
    const found = byId.get(id)
    return found === undefined ? undefined : { kind: "containers" as const, free: !found.live }
  }

  return (item: DiskItem): { readonly kind: UsageKind; readonly free: boolean } => {
    const id = item.id as Digest
    switch (item.kind) {
      case "layer":
        if (byImages.layer.has(id)) return { kind: "images", free: !byActive.layer.has(id) }
        if (byCache.has(id)) return { kind: "cache", free: !byTrees.has(id) }
        if (byContainers.has(id)) return { kind: "containers", free: !byLive.has(id) }
        return byTrees.has(id) ? { kind: "working", free: false } : { kind: "partial", free: true }
      case "blob":
        return byImages.blob.has(id)
          ? { kind: "images", free: !byActive.blob.has(id) }
          : { kind: "partial", free: true }
      case "tree":
        return container(containerOf(item.id)) ?? { kind: "working", free: false }
      case "partial":
        return { kind: "partial", free: !fetched.has(item.id) }
      case "unfinished":
        return { kind: "working", free: false }
      case "records":
        return { kind: "records", free: false }
      case "leftover":
      case "stray":
        return { kind: "strays", free: true }
      case "other": {
        const part = rootPart(item.path)
        switch (part.of) {
          case "records":
            return { kind: "records", free: false }
          case "work":
            return { kind: "working", free: false }
          case "container":
            return container(part.id) ?? { kind: "strays", free: true }
          case "volume":
            return known.has(part.id)
              ? { kind: "volumes", free: !mounted.has(part.id) }
              : { kind: "strays", free: false }
          case "cache-mount":
            return { kind: "cache", free: snapshot.cacheMounts.every(({ busy, name }) => name !== part.id || !busy) }
          case "leftover":
            return { kind: "strays", free: true }
          case "nobody":
            return { kind: "strays", free: false }
        }
      }
    }
  }
}

const imageUsage = ({ blobs, containers, images, layers }: Snapshot): ReadonlyArray<ImageUsage> => {
  const partsOf = ({ blobs: own, stack }: ImageFacts): ReadonlyArray<Digest> => [...new Set([...stack, ...own])]
  const holders = new Map<Digest, number>()
  for (const image of images) for (const part of partsOf(image)) holders.set(part, (holders.get(part) ?? 0) + 1)
  const bytesOf = (parts: ReadonlyArray<Digest>): number =>
    parts.reduce((sum, part) => sum + (layers.get(part)?.bytes ?? 0) + (blobs.get(part)?.bytes ?? 0), 0)
  return images.map((image) => {
    const parts = partsOf(image)
    return {
      image,
      shared: bytesOf(parts.filter((part) => (holders.get(part) ?? 0) > 1)),
      unique: bytesOf(parts.filter((part) => holders.get(part) === 1)),
      containers: containers.filter((each) => imagesOf(each).includes(image.id)).length
    }
  })
}
