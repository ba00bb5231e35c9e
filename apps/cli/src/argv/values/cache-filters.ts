import type { CacheRow } from "@gantry/engine/verbs/cache-usage"
import { cacheId, cacheText } from "../../show/cache-row.ts"
import { good, type Result } from "../Result.ts"
import { parseFilters } from "./filters.ts"
import { parsePruneFilters } from "./prune-filters.ts"

const flags = ["inuse", "shared", "private", "reclaimable"] as const
const keys = ["id", "kind", "type", "description", ...flags] as const
const timeKeys = ["until", "unused-for"] as const

/**
 * Reads the filters of `builder du`: `id=HEX`, `kind=layer|settings|mount`, `type=regular|exec.cachemount` as Docker
 * calls them, `description=TEXT` (a part of the instruction),
 * `until` and `unused-for` as prune has them, and `inuse`, `shared`, `private`, `reclaimable`, alone or with `=false`.
 */
export const parseCacheFilters = (texts: ReadonlyArray<string>, now: number): Result<(row: CacheRow) => boolean> => {
  const isTime = (text: string) => timeKeys.some((key) => text.startsWith(`${key}=`))
  const times = parsePruneFilters(texts.filter(isTime), timeKeys, now)
  if (!times.ok) return times
  const written = texts
    .filter((text) => !isTime(text))
    .map((text) =>
      flags.some((flag) => flag === text) ? `${text}=true` : text.replace(/^description~=/, "description=")
    )
  const filters = parseFilters(written, keys)
  if (!filters.ok) return filters
  const { unusedSince, until } = times.value
  const passes = (key: (typeof keys)[number], test: (value: string) => boolean): boolean =>
    filters.value.get(key)?.some(test) ?? true
  return good((row) => {
    const { inUse, kind, reclaimable, shared } = row
    const record = row.kind === "mount" ? row.mount : row.record
    const is = { inuse: inUse, shared, private: !shared, reclaimable }
    return (
      passes("id", (value) => cacheId(row).startsWith(value.replace(/^sha256:/, ""))) &&
      passes("kind", (value) => value === kind) &&
      passes("type", (value) => value === kind || value === (kind === "mount" ? "exec.cachemount" : "regular")) &&
      passes("description", (value) => cacheText(row).includes(value)) &&
      flags.every((flag) => passes(flag, (value) => is[flag] === (value !== "false"))) &&
      (until === undefined || record.createdAt < until) &&
      (unusedSince === undefined || record.lastUsed < unusedSince)
    )
  })
}
