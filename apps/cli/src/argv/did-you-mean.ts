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

/**
 * The known word that was most likely meant, if one is near: at most one edit in three letters, or a word that begins
 * with three or more letters written. The earlier of equally near words wins.
 */
export const didYouMean = (written: string, known: Iterable<string>): string | undefined => {
  const word = written.toLowerCase()
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: string | undefined
  let bestDistance = limit + 1
  for (const candidate of known) {
    if (candidate.length < 2) continue
    const begins = word.length >= 3 && candidate.startsWith(word)
    const distance = begins ? Math.min(limit, editDistance(word, candidate)) : editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

const at = (row: ReadonlyArray<number>, index: number): number => row[index] ?? Infinity
