import type {
  CacheUsage,
  DiskUsage,
  ImageUsage,
  UsageKind,
  UsageRow,
  VolumeUsage
} from "@gantry/engine/verbs/disk-usage"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as Either from "effect/Either"
import { humanSize } from "./size.ts"
import { shortId } from "./text.ts"
import { ago } from "./time.ts"

const titles: { readonly [kind in UsageKind]: string } = {
  images: "Images",
  containers: "Containers",
  volumes: "Local Volumes",
  cache: "Build Cache",
  partial: "Partial Downloads",
  working: "In Progress",
  records: "Records",
  strays: "Strays"
}

/** Rows that say which part of their bytes pruning gives back, as Docker does. */
const withShare: ReadonlySet<UsageKind> = new Set(["images", "containers", "volumes"])

/** Headers of the fields that `system df --format` knows. */
export const usageHeaders = {
  Type: "TYPE",
  TotalCount: "TOTAL",
  Active: "ACTIVE",
  Size: "SIZE",
  Reclaimable: "RECLAIMABLE",
  Bytes: "BYTES",
  ReclaimableBytes: "RECLAIMABLE BYTES"
} as const

/** The fields that `system df` shows, in this order. */
export const usageColumns = ["Type", "TotalCount", "Active", "Size", "Reclaimable"] as const

/** One line of `system df`. */
export const usageRow = ({ active, bytes, kind, reclaimable, total }: UsageRow) => ({
  Type: titles[kind],
  TotalCount: `${total}`,
  Active: `${active}`,
  Size: humanSize(bytes),
  Reclaimable:
    withShare.has(kind) && bytes > 0
      ? `${humanSize(reclaimable)} (${Math.floor((reclaimable * 100) / bytes)}%)`
      : humanSize(reclaimable),
  Bytes: `${bytes}`,
  ReclaimableBytes: `${reclaimable}`
})

/** Headers of the part of `system df -v` that shows images. */
export const imageUsageHeaders = [
  "REPOSITORY",
  "TAG",
  "IMAGE ID",
  "CREATED",
  "SIZE",
  "SHARED SIZE",
  "UNIQUE SIZE",
  "CONTAINERS",
  "LAST USED"
]

/** One line for each name of an image, or one for an image without. */
export const imageUsageRows = (
  { containers, image, shared, unique }: ImageUsage,
  now: number
): ReadonlyArray<ReadonlyArray<string>> => {
  const names = image.names.map(ImageRef.parse).filter(Either.isRight)
  const called =
    names.length === 0
      ? [["<none>", "<none>"]]
      : names.map(({ right }) => [ImageRef.familiarName(right), right.tag ?? "<none>"])
  return called.map((name) => [
    ...name,
    shortId(image.id),
    image.createdAt === 0 ? "N/A" : ago(image.createdAt, now),
    humanSize(shared + unique),
    humanSize(shared),
    humanSize(unique),
    `${containers}`,
    ago(image.lastUsed, now)
  ])
}

/** Headers of the part that shows volumes. */
export const volumeUsageHeaders = ["VOLUME NAME", "LINKS", "SIZE", "LAST USED"]

/** One line for a volume. */
export const volumeUsageRow = ({ links, volume }: VolumeUsage, now: number): ReadonlyArray<string> => [
  volume.name,
  `${links}`,
  humanSize(volume.bytes),
  ago(volume.lastUsed, now)
]

/** Headers of the part that shows the build cache. */
export const cacheUsageHeaders = ["CACHE ID", "LAYER", "SIZE", "CREATED", "LAST USED", "SHARED"]

/** One line for a record of the build cache. */
export const cacheUsageRow = ({ bytes, record, shared }: CacheUsage, now: number): ReadonlyArray<string> => [
  shortId(record.key),
  record.layer === null ? "-" : shortId(record.layer),
  humanSize(bytes),
  ago(record.createdAt, now),
  ago(record.lastUsed, now),
  `${shared}`
]

/** Headers of the part that shows cache mounts. */
export const cacheMountHeaders = ["CACHE MOUNT", "SIZE", "CREATED", "LAST USED", "IN USE"]

/** One line for a cache mount. */
export const cacheMountRow = (
  { busy, bytes, createdAt, id, lastUsed }: DiskUsage["cacheMounts"][number],
  now: number
): ReadonlyArray<string> => [id, humanSize(bytes), ago(createdAt, now), ago(lastUsed, now), `${busy}`]
