import { isSpace, type Word } from "./words.ts"

/** An instruction's text, cut into its name, its flags and everything else. */
export interface Split {
  readonly name: Word
  /** Without quotes; `--` that ends the flags is not among them. */
  readonly flags: ReadonlyArray<Word>
  /** Trimmed. */
  readonly rest: Word
}

/** Cuts the text of one instruction, which begins at `offset` of the logical line. */
export const splitInstruction = (text: string, offset: number): Split => {
  const begin = text.search(/[^\t\v\f\r ]/)
  const name = begin < 0 ? "" : (/^[^\t\v\f\r ]+/.exec(text.slice(begin))?.[0] ?? "")
  const nameAt = Math.max(0, begin)
  const flags: Array<Word> = []
  let at = nameAt + name.length
  for (;;) {
    while (at < text.length && isSpace(text.charAt(at))) at++
    if (!text.startsWith("--", at)) break
    const flag = readFlag(text, at)
    const begun = at
    at = flag.end
    if (flag.text === "--") break
    flags.push({ text: flag.text, offset: offset + begun })
  }
  while (at < text.length && isSpace(text.charAt(at))) at++
  return {
    name: { text: name, offset: offset + nameAt },
    flags,
    rest: { text: text.slice(at).trimEnd(), offset: offset + at }
  }
}

/** Quotes group and disappear; a backslash (whatever the escape character is) keeps the next character as it is. */
const readFlag = (text: string, begin: number): { readonly text: string; readonly end: number } => {
  let flag = ""
  let quote = ""
  let at = begin
  for (; at < text.length; at++) {
    const character = text.charAt(at)
    if (quote === "" && isSpace(character)) break
    if (character === "\\") {
      at++
      flag += text.charAt(at)
    } else if (quote !== "") {
      if (character === quote) quote = ""
      else flag += character
    } else if (character === "'" || character === '"') quote = character
    else flag += character
  }
  return { text: flag, end: Math.min(at, text.length) }
}
