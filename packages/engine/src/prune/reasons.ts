import type { PruneFilters } from "./PrunePlan.ts"
import type { Dated } from "./Snapshot.ts"

/** Why something stays that is as new as a command that runs now. */
export const ofNow = "a command that runs now may have made or used it"

/** Whether something happened since the oldest command that runs now began; never when none does. */
export const isOfNow = (at: number, since: number | undefined): boolean => since !== undefined && at >= since

/** Why something does not pass the filters; nothing when it does. */
export const filtered = (each: Dated, { labels, unusedSince, until }: PruneFilters): string | undefined => {
  if (until !== undefined && each.createdAt >= until) return "it is newer than the filter says"
  if (unusedSince !== undefined && each.lastUsed >= unusedSince) return "it was used later than the filter says"
  if (labels !== undefined && !labels(each.labels)) return "its labels do not match the filter"
  return undefined
}
