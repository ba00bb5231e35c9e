import { columnsOf, ellipsis } from "./text.ts"

/** No column is made narrower than this, whatever the terminal. */
const least = 10

/**
 * Cells of a table cut so that its lines take no more than `width` columns, the widest columns first. `whole` are the
 * columns that nobody wants to read a part of. Where lines would be too long all the same, nothing is cut.
 *
 * `spaceOf` says how much room a column takes, its distance to the next included.
 */
export const fitColumns = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  { spaceOf, whole, width }: { spaceOf: (content: number) => number; whole: ReadonlySet<number>; width: number }
): ReadonlyArray<ReadonlyArray<string>> => {
  const columns = Math.max(0, ...rows.map((cells) => cells.length))
  const widths = Array.from({ length: columns }, (_, at) => Math.max(0, ...rows.map((row) => columnsOf(row[at] ?? ""))))
  const total = () => widths.reduce((sum, each, at) => sum + (at === columns - 1 ? each : spaceOf(each)), 0)
  const narrowed = new Set<number>()
  for (let excess = total() - width; excess > 0; excess = total() - width) {
    const open = [...widths.keys()].filter((at) => !whole.has(at) && (widths[at] ?? 0) > least)
    const [widest, second] = open.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))
    if (widest === undefined) return rows
    const now = widths[widest] ?? 0
    // Down to the next widest, and then both by turns.
    const beside = second === undefined ? least : Math.min(now - 1, widths[second] ?? least)
    widths[widest] = Math.max(least, beside, now - excess)
    narrowed.add(widest)
  }
  if (narrowed.size === 0) return rows
  return rows.map((cells) => cells.map((cell, at) => (narrowed.has(at) ? ellipsis(cell, widths[at] ?? 0) : cell)))
}
