import type { Candidate, Offer } from "./Offer.ts"

/** Nothing that a terminal would act on, and one line. */
const plain = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ")

/**
 * What a shell's completion reads (see scripts.ts). The first line says what else it should do, words in any order:
 * `files` or `directories` to offer those as well, `nospace` to put no blank behind a word. Each further line is a word,
 * a tab and a line about it. Only words that begin with what is typed.
 */
export const answer = (offer: Offer, found: ReadonlyArray<Candidate>, word: string): string => {
  const { after, before, taken, things, words } = offer
  const shown = new Map<string, string>()
  for (const { about, value } of [...words, ...found]) {
    const whole = before + value + after
    if (whole.startsWith(word) && !taken.includes(value)) shown.set(whole, about)
  }
  const orders = [
    ...things.filter((each) => each === "files" || each === "directories"),
    ...(after === "" ? [] : ["nospace"])
  ]
  return [orders.join(" "), ...[...shown].map(([value, about]) => `${plain(value)}\t${plain(about)}`), ""].join("\n")
}
