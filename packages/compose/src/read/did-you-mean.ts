import { nearest } from "@gantry/core/nearest"
import type { Report } from "../tree/Report.ts"

/** Longest word and most words among which it is worth looking: the work grows with both. */
const most = { length: 64, words: 1000 }

/** "did you mean …?", if a known word is near to the one written. */
export const didYouMean = (written: string, known: Iterable<string>, report?: Report): string | undefined => {
  if (written.length > most.length || (report !== undefined && report.budget.searches-- <= 0)) return undefined
  const words = [...known].slice(0, most.words).filter(({ length }) => length <= most.length)
  const word = nearest(written, words)
  return word === undefined ? undefined : `did you mean ${word}?`
}
