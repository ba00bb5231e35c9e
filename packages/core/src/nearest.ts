/**
 * How many letters must be inserted, dropped, replaced or swapped with their neighbour to turn one word into another
 * (optimal string alignment).
 */
export const editDistance = (from: string, to: string): number => {
  let beforeLast: ReadonlyArray<number> = []
  let last: ReadonlyArray<number> = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (same ? 0 : 1),
          swapped ? at(beforeLast, column - 2) + 1 : Infinity
        )
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

const at = (row: ReadonlyArray<number>, index: number): number => row[index] ?? Infinity

/**
 * The known words that were most likely meant, the likeliest first, at most `most`: at most one edit in three letters,
 * or a word that begins with three or more letters written. Case does not count; the earlier of equally near words wins.
 */
export const nearestFew = (written: string, known: Iterable<string>, most = 3): ReadonlyArray<string> => {
  const word = written.toLowerCase()
  const limit = Math.max(1, Math.floor(word.length / 3))
  const near: Array<{ readonly candidate: string; readonly distance: number }> = []
  for (const candidate of new Set(known)) {
    const begins = word.length >= 3 && candidate.toLowerCase().startsWith(word)
    if (candidate.length < 2 || (!begins && Math.abs(candidate.length - word.length) > limit)) continue
    const distance = editDistance(word, candidate.toLowerCase())
    if (begins || distance <= limit) near.push({ candidate, distance: begins ? Math.min(limit, distance) : distance })
  }
  return near
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

/** The known word that was most likely meant, if one is near: see {@link nearestFew}. */
export const nearest = (written: string, known: Iterable<string>): string | undefined =>
  nearestFew(written, known, 1)[0]
