/** Ways in which the arguments of an instruction are cut into words. Quotes and escapes stay in the words. */
import type { Directives } from "./Dockerfile.ts"

/** A piece of an instruction's text and where it begins in it. */
export interface Word {
  readonly text: string
  readonly offset: number
}

/** Everything Go's `unicode.IsSpace` calls a space. */
const space = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/

/** Whether Docker takes the character for a space. */
export const isSpace = (character: string): boolean => space.test(character)

/** Cuts at blanks, without regard to quotes: how FROM, EXPOSE, COPY, ADD and VOLUME are cut. */
export const splitBlanks = (text: string, offset: number): Array<Word> =>
  Array.from(text.matchAll(/[^\t\v\f\r ]+/g), (match) => ({ text: match[0], offset: offset + match.index }))

/**
 * Cuts at spaces outside quotes: how ENV, LABEL and ARG are cut.
 *
 * The escape character protects what follows it, except in single quotes. A quote that is not closed
 * reaches to the end; expansion reports it.
 */
export const splitQuoted = (text: string, offset: number, escape: Directives["escape"]): Array<Word> => {
  const words: Array<Word> = []
  let word = ""
  let begin = -1
  let quote = ""
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (begin < 0) {
      if (isSpace(character)) continue
      begin = at
    }
    if (quote === "" && isSpace(character)) {
      if (word !== "") words.push({ text: word, offset: offset + begin })
      word = ""
      begin = -1
      continue
    }
    if (character === escape && quote !== "'") {
      if (at + 1 === text.length) break
      at++
      word += character + text.charAt(at)
      continue
    }
    if (quote === "") {
      if (character === "'" || character === '"') quote = character
    } else if (character === quote) quote = ""
    word += character
  }
  if (word !== "") words.push({ text: word, offset: offset + begin })
  return words
}

/** The old form of ENV and LABEL: a name, blanks, and the whole rest as the value. Undefined when there is no value. */
export const splitLegacyPair = ({ offset, text }: Word): { readonly name: Word; readonly value: Word } | undefined => {
  const [, name = "", blanks = "", value] = /^([^\t\v\f\r ]+)(?:([\t\v\f\r ]+)([^]*))?$/.exec(text) ?? []
  if (value === undefined) return undefined
  return { name: { text: name, offset }, value: { text: value, offset: offset + name.length + blanks.length } }
}

/** What a text is when it might be the exec form of a command. */
export type ExecForm =
  | { readonly kind: "strings"; readonly values: ReadonlyArray<string> }
  /** Valid JSON, but not only strings: an error, in Docker too. */
  | { readonly kind: "not-strings" }
  | { readonly kind: "not-json" }

/** Reads a JSON array of strings. */
export const readExecForm = (text: string): ExecForm => {
  if (!text.trimStart().startsWith("[")) return { kind: "not-json" }
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return { kind: "not-json" }
  }
  if (!Array.isArray(parsed) || !parsed.every((each) => typeof each === "string")) return { kind: "not-strings" }
  return { kind: "strings", values: parsed.map((each) => each.toWellFormed()) }
}

/**
 * Whether a text that is not JSON looks as if it was meant to be: a bracket and right after it a quote, or
 * a quoted word followed by a comma or the bracket's end. `[ "$a" = b ] && c` is a shell command and does not.
 */
export const looksLikeExecForm = (text: string): boolean =>
  /^\s*\[(?:["'\u201c\u201d\u2018\u2019]|\s*(["'])[^"']*\1\s*[,\]])/.test(text)
