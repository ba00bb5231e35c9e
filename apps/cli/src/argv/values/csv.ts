import { bad, good, type Result } from "../Result.ts"

/**
 * Splits one line of comma-separated fields. A field may be quoted, then commas count as text and `""` is a quote.
 * Spec: RFC 4180, section 2, one record without line breaks.
 */
export const fieldsOf = (line: string): Result<ReadonlyArray<string>> => {
  const fields: Array<string> = []
  let rest = line
  for (;;) {
    const match = /^"((?:[^"]|"")*)"(?=,|$)|^[^",]*(?=,|$)/s.exec(rest)
    if (match === null) return bad("parse error: a quote in the wrong place")
    fields.push(match[1] === undefined ? match[0] : match[1].replaceAll('""', '"'))
    if (match[0].length === rest.length) return good(fields)
    rest = rest.slice(match[0].length + 1)
  }
}

/** Splits `key=value` at the first `=`. The value is missing when there is no `=`. */
export const keyAndValue = (text: string): readonly [key: string, value: string | undefined] => {
  const equals = text.indexOf("=")
  return equals === -1 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)]
}
