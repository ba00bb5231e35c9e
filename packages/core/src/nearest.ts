/** Steps of writing, leaving out or replacing a letter that lead from one word to the other. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1))
      )
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** At most three of the known words that look like what was typed, the likeliest first. */
export const nearest = (typed: string, known: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(known)]
    .map((word) => ({ word, far: word.startsWith(typed) ? 1 : distance(typed, word) }))
    .filter(({ far, word }) => far <= Math.max(1, Math.floor(Math.min(typed.length, word.length) / 3)))
    .sort((a, b) => a.far - b.far || (a.word < b.word ? -1 : 1))
    .slice(0, 3)
    .map(({ word }) => word)
