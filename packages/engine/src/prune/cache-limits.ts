import type { CacheLimits } from "@gantry/core/Settings"

/** Something of the build cache that can go by itself. Times in milliseconds since 1970. */
export interface CacheItem {
  readonly createdAt: number
  readonly lastUsed: number
  /** What it takes of the disk that nothing else but the cache needs, by a name that items may share; absent for nothing. */
  readonly part?: { readonly name: string; readonly bytes: number }
}

/** Which items go so that the rest is within the limits, and which limit each one goes for. */
export interface WithinLimits<Item> {
  readonly remove: ReadonlyMap<Item, keyof typeof ruleNames>
}

/** How messages call the limits: as the options that set them. */
export const ruleNames = {
  reservedSpace: "reserved-space",
  maxUsedSpace: "max-used-space",
  minFreeSpace: "min-free-space"
} as const

/**
 * Chooses among the candidates what goes: the longest unused first, and of those used together the latest made, because
 * nothing stands on it.
 *
 * `maxUsedSpace`: so much may the cache take. `minFreeSpace`: so much must be free for others. `reservedSpace`: for
 * neither of the two does the cache shrink below it; alone it is what may stay.
 *
 * `free`: bytes of the file system that are free now.
 */
export const withinLimits = <Item extends CacheItem>(
  all: ReadonlyArray<Item>,
  candidates: ReadonlyArray<Item>,
  limits: CacheLimits,
  free: number
): WithinLimits<Item> => {
  const parts = new Map<string, { bytes: number; users: number }>()
  for (const { part } of all) {
    if (part === undefined) continue
    const known = parts.get(part.name)
    if (known === undefined) parts.set(part.name, { bytes: part.bytes, users: 1 })
    else known.users += 1
  }
  let used = 0
  for (const { bytes } of parts.values()) used += bytes
  const { most, rule } = mostBytes(used, limits, free)
  const remove = new Map<Item, keyof typeof ruleNames>()
  const ordered = candidates.toSorted((a, b) => a.lastUsed - b.lastUsed || b.createdAt - a.createdAt)
  // Who wants nothing kept does not ask what it frees.
  const isAll = most === 0 && rule !== "minFreeSpace"
  for (const item of ordered) {
    if (used <= most && !isAll) break
    remove.set(item, rule)
    const part = item.part === undefined ? undefined : parts.get(item.part.name)
    if (part === undefined) continue
    part.users -= 1
    if (part.users === 0) used -= part.bytes
  }
  return { remove }
}

/** Bytes that the cache may keep, and the limit that says so. */
export const mostBytes = (
  used: number,
  { maxUsedSpace, minFreeSpace, reservedSpace }: CacheLimits,
  free: number
): { readonly most: number; readonly rule: keyof typeof ruleNames } => {
  const floor = reservedSpace ?? 0
  if (maxUsedSpace === undefined && minFreeSpace === undefined) {
    return { most: reservedSpace ?? Infinity, rule: "reservedSpace" }
  }
  const lacking = Math.max(0, (minFreeSpace ?? 0) - free)
  const byFree = lacking === 0 ? Infinity : used - lacking
  const byUse = maxUsedSpace ?? Infinity
  return byFree < byUse
    ? { most: Math.max(floor, byFree), rule: "minFreeSpace" }
    : { most: Math.max(floor, byUse), rule: "maxUsedSpace" }
}
