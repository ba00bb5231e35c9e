import { type Digest, hexOf } from "@gantry/core/image/Digest"
import { type CacheItem, ruleNames, withinLimits } from "./cache-limits.ts"
import type { Kept, PruneFilters, PruneWish } from "./PrunePlan.ts"
import { filtered, isOfNow, ofNow } from "./reasons.ts"
import type { CacheFacts, CacheMountFacts, Dated, Snapshot } from "./Snapshot.ts"

/** What of the build cache goes, and why the rest stays. */
export interface CachePlan {
  /** Records, and what each one goes for. */
  readonly records: ReadonlyMap<CacheFacts, string>
  readonly mounts: ReadonlyArray<CacheMountFacts>
  readonly keep: ReadonlyArray<Kept>
}

/** What stays of everything else. */
export interface Others {
  /** Layers of images. */
  readonly shared: ReadonlySet<Digest>
  readonly trees: Snapshot["trees"]
}

/** Decides which records and cache mounts go: those that may, and of these with limits only as many as it takes. */
export const planCache = (snapshot: Snapshot, wish: PruneWish, others: Others): CachePlan => {
  if (wish.cache === undefined) return { records: new Map(), mounts: [], keep: [] }
  const keep: Array<Kept> = []
  const reasons = new Map<CacheFacts | CacheMountFacts, string>()
  const decide = (each: CacheFacts | CacheMountFacts, why: string | undefined): void => {
    if (why !== undefined) reasons.set(each, why)
  }
  for (const each of snapshot.cache) decide(each, recordReason(each, wish, others.shared, snapshot.workingSince))
  for (const each of snapshot.cacheMounts) decide(each, mountReason(each, wish, snapshot.workingSince))
  const all = [...snapshot.cache, ...snapshot.cacheMounts]
  const rules = rulesOf(
    all.filter((each) => !reasons.has(each)),
    wish,
    snapshot,
    others
  )
  for (const each of all) {
    if (rules.has(each)) continue
    const why = reasons.get(each) ?? "the cache is within its limits with it"
    keep.push("key" in each ? { kind: "cache", what: each.key, why } : { kind: "cache-mount", what: each.id, why })
  }
  return {
    records: new Map(
      snapshot.cache.flatMap((each) => {
        const rule = rules.get(each)
        return rule === undefined ? [] : [[each, rule] as const]
      })
    ),
    mounts: snapshot.cacheMounts.filter((each) => rules.has(each)),
    keep
  }
}

/** Which of those that could go do go, and what for. */
const rulesOf = (
  candidates: ReadonlyArray<CacheFacts | CacheMountFacts>,
  { limits, rule = "prune" }: PruneWish,
  snapshot: Snapshot,
  { shared, trees }: Others
): ReadonlyMap<CacheFacts | CacheMountFacts, string> => {
  if (limits === undefined) return new Map(candidates.map((each) => [each, rule]))
  const standing = new Set(trees.flatMap(({ parents }) => parents))
  const partOf = (each: CacheFacts | CacheMountFacts): CacheItem["part"] => {
    if ("name" in each) return { name: `mount ${each.name}`, bytes: each.bytes }
    const bytes = each.layer === null ? undefined : snapshot.layers.get(each.layer)?.bytes
    // What others need as well takes its room without the cache, too.
    return each.layer === null || bytes === undefined || shared.has(each.layer) || standing.has(each.layer)
      ? undefined
      : { name: each.layer, bytes }
  }
  const itemOf = (each: CacheFacts | CacheMountFacts) => {
    const part = partOf(each)
    const { createdAt, lastUsed } = each
    return part === undefined ? { each, createdAt, lastUsed } : { each, createdAt, lastUsed, part }
  }
  const items = new Map([...snapshot.cache, ...snapshot.cacheMounts].map((each) => [each, itemOf(each)]))
  const mayGo = candidates.flatMap((each) => items.get(each) ?? [])
  const { remove } = withinLimits([...items.values()], mayGo, limits, snapshot.free)
  return new Map([...remove].map(([{ each }, limit]) => [each, ruleNames[limit]]))
}

const otherId = "its ID does not match the filter"
const otherKind = "it is of a type that the filter leaves out"

const recordReason = (
  each: CacheFacts,
  { cache, cacheKinds, filters = {}, keys }: PruneWish,
  shared: ReadonlySet<Digest>,
  since: number | undefined
): string | undefined => {
  if (isOfNow(Math.max(each.createdAt, each.lastUsed), since)) return ofNow
  if (cacheKinds?.includes("record") === false) return otherKind
  if (keys !== undefined && !keys.some((hex) => hexOf(each.key).startsWith(hex))) return otherId
  if (cache === "unshared" && each.layer === null) return "it takes no room, and steps after it need it"
  if (cache === "unshared" && each.layer !== null && shared.has(each.layer)) return "an image has its layer"
  return withoutLabels(each, filters)
}

const mountReason = (
  each: CacheMountFacts,
  { cacheKinds, filters = {}, keys }: PruneWish,
  since: number | undefined
): string | undefined => {
  if (each.busy) return "a build uses it now"
  if (isOfNow(each.lastUsed, since)) return ofNow
  if (cacheKinds?.includes("mount") === false) return otherKind
  return keys?.includes(each.name) === false ? otherId : withoutLabels(each, filters)
}

/** Filters for what never has labels. */
const withoutLabels = (each: Dated, filters: PruneFilters): string | undefined => {
  if (filters.labels !== undefined && !filters.labels({})) return "its labels do not match the filter"
  const { labels: _, ...times } = filters
  return filtered(each, times)
}
