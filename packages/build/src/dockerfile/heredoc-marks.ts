import { splitInstruction } from "./split-instruction.ts"
import { isSpace, readExecForm, type Word } from "./words.ts"

/** `<<NAME` as it stands in an instruction; the body follows on the next lines. */
export interface HeredocMark {
  readonly name: string
  readonly expand: boolean
  readonly stripTabs: boolean
  /** The whole mark in the text. */
  readonly word: Word
}

/**
 * Finds the heredocs that an instruction announces, in order. Only RUN, COPY and ADD have them, also under
 * ONBUILD, and not in exec form.
 *
 * A mark is a word of its own (`3<<EOF` counts, `cat<<EOF` does not); it may have blanks after `<<`. Text in quotes
 * and shell arithmetic `$(( 1 << 2 ))` are left alone.
 */
export const heredocMarks = (text: string): ReadonlyArray<HeredocMark> => {
  if (!text.includes("<<")) return []
  let split = splitInstruction(text, 0)
  if (/^onbuild$/i.test(split.name.text)) split = splitInstruction(split.rest.text, split.rest.offset)
  if (!/^(?:run|copy|add)$/i.test(split.name.text)) return []
  if (readExecForm(split.rest.text).kind === "strings") return []
  return marksIn(text, split.rest.offset)
}

const marksIn = (text: string, begin: number): Array<HeredocMark> => {
  const marks: Array<HeredocMark> = []
  let at = begin
  let arithmetic = 0
  while (at < text.length) {
    while (at < text.length && isSpace(text.charAt(at))) at++
    const wordAt = at
    while (at < text.length && !isSpace(text.charAt(at))) {
      const character = text.charAt(at)
      if (text.startsWith("$((", at)) arithmetic++
      if (arithmetic > 0 && text.startsWith("))", at)) arithmetic--
      if (character === "<" && text.charAt(at + 1) === "<" && arithmetic === 0) {
        at += 2
        if (text.charAt(at) === "-" && isSpace(text.charAt(at + 1))) at++
        while (at < text.length && isSpace(text.charAt(at))) at++
      } else if (character === "'" || character === '"') at = afterQuote(text, at)
      else at += character === "\\" ? 2 : 1
    }
    const mark = arithmetic === 0 ? readHeredocMark(text.slice(wordAt, at), wordAt) : undefined
    if (mark !== undefined) marks.push(mark)
  }
  return marks
}

const afterQuote = (text: string, begin: number): number => {
  const quote = text.charAt(begin)
  let at = begin + 1
  while (at < text.length && text.charAt(at) !== quote) at += quote === '"' && text.charAt(at) === "\\" ? 2 : 1
  return at + 1
}

/** Reads one word as a heredoc mark, if it is one. */
export const readHeredocMark = (word: string, offset: number): HeredocMark | undefined => {
  const match = /^\d*<<(-?)\s*([^<]+)$/.exec(word)
  if (match === null) return undefined
  const [, dash, delimiter = ""] = match
  let name = ""
  let quoted = false
  for (let at = 0; at < delimiter.length; at++) {
    const character = delimiter.charAt(at)
    if (character === "'" || character === '"') {
      const end = afterQuote(delimiter, at)
      if (end > delimiter.length) return undefined
      const inner = delimiter.slice(at + 1, end - 1)
      name += character === '"' ? inner.replace(/\\(["\\$])/g, "$1") : inner
      quoted = true
      at = end - 1
    } else if (character === "\\") {
      at++
      name += delimiter.charAt(at)
    } else if (isSpace(character)) {
      // More words than one: `<<EOF cat` is a mark and a command.
      return undefined
    } else name += character
  }
  if (name === "") return undefined
  return { name, expand: !quoted, stripTabs: dash === "-", word: { text: word, offset } }
}
