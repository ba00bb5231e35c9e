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

/** One line of `builder du`. */
export const cacheRow = ({ bytes, inUse, kind, reclaimable, record, shared }: CacheRow, now: number) => ({
  ID: shortId(record.key),
  Kind: kind,
  Size: humanSize(bytes),
  LastUsed: ago(record.lastUsed, now),
  Uses: `${record.uses}`,
  InUse: `${inUse}`,
  Shared: `${shared}`,
  Reclaimable: `${reclaimable}`,
  Instruction: record.instruction,
  CreatedAt: new Date(record.createdAt).toISOString(),
  Parent: record.parent,
  Layer: record.layer ?? "",
  Bytes: `${bytes}`
})

/** A record with all that is known of it, one line each, as `builder du -v` shows it. */
export const cacheBlock = (row: CacheRow, now: number): string => {
  const shown = cacheRow(row, now)
  const lines = [
    ["ID", hexOf(row.record.key)],
    ["Parent", shown.Parent],
    ["Created at", shown.CreatedAt],
    ["Instruction", shown.Instruction],
    ["Layer", shown.Layer === "" ? "none" : shown.Layer],
    ["Kind", shown.Kind],
    ["Size", shown.Size],
    ["Shared", shown.Shared],
    ["In use", shown.InUse],
    ["Reclaimable", shown.Reclaimable],
    ["Usage count", shown.Uses],
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
