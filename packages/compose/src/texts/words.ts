import type { Parsed } from "./port-text.ts"

/** Splits a command into words as a shell does: by blanks, with quotes and backslashes; nothing is expanded. */
export const splitWords = (text: string): Parsed<ReadonlyArray<string>> => {
  const words: Array<string> = []
  let word: string | undefined
  let quote: string | undefined
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!
    const next = text[at + 1]
    if (quote === "'") {
      if (sign === "'") quote = undefined
      else word += sign
    } else if (sign === "\\" && next !== undefined) {
      at++
      // Within double quotes a backslash is one, except before what has a meaning there.
      word = (word ?? "") + (quote === '"' && !/["\\$`\n]/.test(next) ? `\\${next}` : next === "\n" ? "" : next)
    } else if (quote === '"') {
      if (sign === '"') quote = undefined
      else word += sign
    } else if (sign === '"' || sign === "'") {
      quote = sign
      word ??= ""
    } else if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? "") + sign
  }
  if (quote !== undefined) return { problem: `the quote ${quote} is not closed` }
  return { value: word === undefined ? words : [...words, word] }
}
