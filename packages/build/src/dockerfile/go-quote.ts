/** What Go's `unicode.IsPrint` holds for printable: letters, marks, numbers, punctuation, symbols and the plain space. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

const short: { readonly [character: string]: string } = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"'
}

/**
 * A text in double quotes as Go's `strconv.Quote` writes it: what cannot be printed becomes an escape, so that the
 * result is one line, whatever the text.
 */
export const goQuote = (text: string): string => {
  let quoted = '"'
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (Object.hasOwn(short, character)) quoted += short[character]
    else if (printable.test(character)) quoted += character
    else if (code < 0x80) quoted += `\\x${code.toString(16).padStart(2, "0")}`
    else if (code < 0x10000) quoted += `\\u${code.toString(16).padStart(4, "0")}`
    else quoted += `\\U${code.toString(16).padStart(8, "0")}`
  }
  return `${quoted}"`
}
