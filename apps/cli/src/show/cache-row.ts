import type { CacheRow, CacheUsage } from "@gantry/engine/verbs/cache-usage"
import { hexOf } from "@gantry/core/image/Digest"
import { humanSize } from "./size.ts"
import { shortId } from "./text.ts"
import { ago } from "./time.ts"

/** Headers of the fields that `builder du --format` knows. */
export const cacheHeaders = {
  ID: "ID",
  Kind: "KIND",
  Size: "SIZE",
  LastUsed: "LAST USED",
  Uses: "USES",
  InUse: "IN USE",
  Shared: "SHARED",
  Reclaimable: "RECLAIMABLE",
  Instruction: "INSTRUCTION",
  CreatedAt: "CREATED AT",
  Parent: "PARENT",
  Layer: "LAYER",
  Bytes: "BYTES"
} as const

/** The fields that `builder du` shows, in this order. */
export const cacheColumns = ["ID", "Kind", "Size", "LastUsed", "Uses", "InUse", "Shared", "Instruction"] as const

/** What names a thing in the cache: the hex digits of a record's key, the directory of a cache mount. */
export const cacheId = (row: CacheRow): string => (row.kind === "mount" ? row.mount.name : hexOf(row.record.key))

/** What the Dockerfile has for it. */
export const cacheText = (row: CacheRow): string =>
  row.kind === "mount" ? `cache mount ${row.mount.id}` : row.record.instruction

/** One line of `builder du`. */
export const cacheRow = (row: CacheRow, now: number) => {
  const { bytes, inUse, kind, reclaimable, shared } = row
  const { createdAt, lastUsed } = row.kind === "mount" ? row.mount : row.record
  const record = row.kind === "mount" ? undefined : row.record
  return {
    ID: record === undefined ? cacheId(row) : shortId(record.key),
    Kind: kind,
    Size: humanSize(bytes),
    LastUsed: ago(lastUsed, now),
    // Nobody counts the commands that had a cache mount.
    Uses: record === undefined ? "" : `${record.uses}`,
    InUse: `${inUse}`,
    Shared: `${shared}`,
    Reclaimable: `${reclaimable}`,
    Instruction: cacheText(row),
    CreatedAt: new Date(createdAt).toISOString(),
    Parent: record?.parent ?? "",
    Layer: record?.layer ?? "",
    Bytes: `${bytes}`
  }
}

/** A record with all that is known of it, one line each, as `builder du -v` shows it. */
export const cacheBlock = (row: CacheRow, now: number): string => {
  const shown = cacheRow(row, now)
  const lines = [
    ["ID", cacheId(row)],
    ["Parent", shown.Parent === "" ? "none" : shown.Parent],
    ["Created at", shown.CreatedAt],
    ["Instruction", shown.Instruction],
    ["Layer", shown.Layer === "" ? "none" : shown.Layer],
    ["Kind", shown.Kind],
    ["Size", shown.Size],
    ["Shared", shown.Shared],
    ["In use", shown.InUse],
    ["Reclaimable", shown.Reclaimable],
    ["Usage count", shown.Uses === "" ? "not counted" : shown.Uses],
    ["Last used", shown.LastUsed]
  ]
  return lines.map(([name, value]) => `${`${name}:`.padEnd(13)} ${value}\n`).join("")
}

/** The sums below a list. */
export const cacheTotals = ({ privateBytes, reclaimableBytes, sharedBytes }: Omit<CacheUsage, "rows">): string =>
  [
    ["Shared", sharedBytes],
    ["Private", privateBytes],
    ["Reclaimable", reclaimableBytes],
    ["Total", sharedBytes + privateBytes]
  ]
    .map(([name, bytes]) => `${`${name}:`.padEnd(13)} ${humanSize(Number(bytes))}\n`)
    .join("")
