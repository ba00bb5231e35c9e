import type { Cause, Difference } from "../key/Cause.ts"

/**
 * With early cut-off: why a step is not in the cache that stands on, or takes from, steps which ran again. That they made
 * other files is told by naming them (`follows`); what the step itself has changed comes before that.
 */
export const ownCause = (told: Cause, follows: Cause): Cause => {
  if (told.kind === "first" || told.kind === "rerun") return follows
  if (!isDifference(told)) return told
  const { others = [], ...difference } = told
  const [first, ...rest] = [difference, ...others].filter(({ kind }) => !grounds.has(kind))
  if (first === undefined) return follows
  return rest.length === 0 ? first : { ...first, others: rest }
}

/** Differences that steps before this one have made. */
const grounds: ReadonlySet<string> = new Set(["base", "parent", "source", "mount"])

const isDifference = (cause: Cause): cause is Extract<Cause, { readonly others?: ReadonlyArray<Difference> }> => {
  switch (cause.kind) {
    case "first":
    case "added":
    case "removed":
    case "rerun":
    case "gone":
    case "evicted":
    case "damaged":
    case "expired":
    case "no-cache":
    case "absent":
    case "follows":
      return false
    default:
      return true
  }
}
