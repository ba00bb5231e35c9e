import type { IdMapWish, WishedRanges } from "@gantry/engine/containers/IdMapWish"
import type { IdRange } from "@gantry/core/runtime/IdMaps"
import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"

/** Pieces of a map that the kernel takes. Spec: user_namespaces(7), "Defining user and group ID mappings". */
const mostRanges = 340

/** Numbers that users and groups have are below this. */
const idsEnd = 4_294_967_295

const shape = "uids=FILE-SEEN-COUNT;gids=FILE-SEEN-COUNT"

/**
 * Reads what stands behind `idmap=`: `uids=0-1000-1;gids=0-1000-1`, each piece the first number that files have, the first
 * that is seen, and how many. Pieces are joined by `#`; a `@` before the first one means that the container's own
 * numbers are seen. Nothing at all leaves it to the container.
 */
export const parseIdMap = (text: string | undefined): Result<IdMapWish> => {
  if (text === undefined || text === "true") return good({ type: "fitting" })
  const given: { uids?: WishedRanges; gids?: WishedRanges } = {}
  for (const part of text.split(";")) {
    const [key, value] = keyAndValue(part)
    if ((key !== "uids" && key !== "gids") || value === undefined) {
      return bad(`invalid idmap: ${JSON.stringify(part)} (must be like ${shape})`)
    }
    if (given[key] !== undefined) return bad(`invalid idmap: ${key} twice`)
    const ranges = parseRanges(value)
    if (!ranges.ok) return ranges
    given[key] = ranges.value
  }
  return good({ type: "given", ...given })
}

const parseRanges = (text: string): Result<WishedRanges> => {
  const relative = text.startsWith("@")
  const ranges: Array<IdRange> = []
  for (const piece of (relative ? text.slice(1) : text).split("#")) {
    const [inside, outside, count, ...more] = piece
      .split("-")
      .map((word) => (/^\d{1,10}$/.test(word) ? Number(word) : -1))
    if (inside === undefined || outside === undefined || count === undefined || more.length > 0) {
      return bad(`invalid idmap: ${JSON.stringify(piece)} (must be like ${shape})`)
    }
    if (Math.min(inside, outside) < 0 || count < 1 || Math.max(inside, outside) + count > idsEnd) {
      return bad(`invalid idmap: ${JSON.stringify(piece)} are no numbers that users can have`)
    }
    ranges.push({ inside, outside, count })
  }
  if (ranges.length > mostRanges) return bad(`invalid idmap: more than ${mostRanges} pieces`)
  for (const side of ["inside", "outside"] as const) {
    const sorted = ranges.toSorted((a, b) => a[side] - b[side])
    const twice = sorted.find((range, at) => range[side] + range.count > (sorted[at + 1]?.[side] ?? idsEnd))
    if (twice !== undefined) return bad(`invalid idmap: ${twice[side] + twice.count - 1} is in two pieces`)
  }
  return good({ relative, ranges })
}
