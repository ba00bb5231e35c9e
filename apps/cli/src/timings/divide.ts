/** A stretch of time with a name, in milliseconds since the program began. */
export interface Stretch {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** What one name has taken of the whole. Milliseconds. */
export interface Share {
  readonly name: string
  /** When it began first. */
  readonly start: number
  readonly duration: number
}

/** What belongs to no stretch. */
export const unnamed = "other"

/**
 * Divides the time from 0 to `end` among stretches: each moment belongs to the one that began last among those it lies in,
 * so that the shares add up to the whole. In the order of their beginnings; what belongs to none comes last.
 */
export const divide = (stretches: ReadonlyArray<Stretch>, end: number): ReadonlyArray<Share> => {
  const inside = stretches.filter((each) => each.end > each.start && each.start < end)
  const bounds = [0, end, ...inside.flatMap((each) => [each.start, Math.min(each.end, end)])].toSorted((a, b) => a - b)
  const shares = new Map<string, Share>()
  for (const [index, from] of bounds.entries()) {
    const to = bounds[index + 1]
    if (to === undefined || to <= from) continue
    const [innermost] = inside
      .filter((each) => each.start <= from && each.end >= to)
      .toSorted((a, b) => b.start - a.start || a.end - b.end)
    const name = innermost?.name ?? unnamed
    const known = shares.get(name)
    shares.set(name, { name, start: known?.start ?? from, duration: (known?.duration ?? 0) + to - from })
  }
  const all = [...shares.values()]
  return [...all.filter(({ name }) => name !== unnamed), ...all.filter(({ name }) => name === unnamed)]
}
