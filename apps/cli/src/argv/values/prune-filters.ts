import type { PruneFilters } from "@gantry/engine/prune/PrunePlan"
import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"
import { parseFilters } from "./filters.ts"
import { hasLabel } from "./label.ts"
import { parseLongDuration } from "./long-duration.ts"
import { parseMoment } from "./moment.ts"

/** Keys of `--filter` that every prune command knows. */
export type PruneFilterKey = "until" | "unused-for" | "label" | "label!"

/**
 * Reads the filters of a prune command. `until` is an instant or a duration before now, `unused-for` a duration that may
 * have days and weeks, `label=NAME[=VALUE]` must match and `label!=NAME[=VALUE]` must not, all of them.
 *
 * `now`: milliseconds since 1970. An empty result means that nothing was asked.
 */
export const parsePruneFilters = (
  texts: ReadonlyArray<string>,
  keys: ReadonlyArray<PruneFilterKey>,
  now: number
): Result<PruneFilters> => {
  const filters = parseFilters(texts, keys)
  if (!filters.ok) return filters
  const untils = filters.value.get("until") ?? []
  if (untils.length > 1) return bad("more than one until filter specified")
  let until: number | undefined
  for (const text of untils) {
    const instant = parseMoment(text, now)
    if (!instant.ok) return instant
    until = instant.value
  }
  let unusedSince: number | undefined
  for (const text of filters.value.get("unused-for") ?? []) {
    const duration = parseLongDuration(text)
    if (!duration.ok) return duration
    unusedSince = Math.min(unusedSince ?? Infinity, now - duration.value)
  }
  const wanted = filters.value.get("label") ?? []
  const unwanted = filters.value.get("label!") ?? []
  for (const text of [...wanted, ...unwanted]) {
    if (keyAndValue(text)[0] === "") return bad(`invalid label filter ${JSON.stringify(text)}: empty name`)
  }
  return good({
    ...(until === undefined ? {} : { until }),
    ...(unusedSince === undefined ? {} : { unusedSince }),
    ...(wanted.length + unwanted.length === 0
      ? {}
      : {
          labels: (labels) =>
            wanted.every((text) => hasLabel(labels, text)) && !unwanted.some((text) => hasLabel(labels, text))
        })
  })
}
