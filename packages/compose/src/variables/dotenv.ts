import { substitute, type Lookup } from "./substitute.ts"

/** Variables of a file, in its order, or the line that makes no sense. */
export type EnvFile =
  | { readonly variables: ReadonlyMap<string, string> }
  | { readonly problem: string; readonly line: number; readonly hint?: string }

/**
 * Reads a `.env` file: `NAME=value` or `NAME: value` a line, perhaps after `export`. Values are plain up to ` #`, literal
 * in single quotes, or with escapes in double quotes; quoted ones may go over several lines. Variables are filled in
 * except in single quotes: from `lookup` first, then from what stands before. A name alone has the value that `lookup`
 * knows.
 */
export const parseDotenv = (text: string, lookup: Lookup): EnvFile => {
  const source = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n")
  const variables = new Map<string, string>()
  const lookupHere = { ...lookup, valueOf: (name: string) => lookup.valueOf(name) ?? variables.get(name) }
  let most = lookup.most
  let line = 1
  let counted = 0
  const lineAt = (offset: number) => {
    for (; counted < offset; counted++) if (source[counted] === "\n") line++
    return line
  }
  for (let at = statementAt(source, 0); at < source.length; at = statementAt(source, at)) {
    const problem = (message: string, hint?: string): EnvFile => ({
      problem: message,
      line: lineAt(at),
      ...(hint !== undefined && { hint })
    })
    const head = matchAt(/(?:export[ \t]+)?([\p{L}\p{N}_.\-[\]]+)[ \t]*([=:][ \t]*|(?=\n|#)|$)/uy, source, at)
    const [whole, name, sign] = head ?? []
    if (whole === undefined || name === undefined) {
      return problem(`${JSON.stringify(lineOf(source, at))} is not NAME=value`)
    }
    if (sign === "") {
      const value = lookup.valueOf(name)
      if (value !== undefined) variables.set(name, value)
      at = lineEnd(source, at)
      continue
    }
    const value = valueAt(source, at + whole.length)
    if ("problem" in value) return problem(`${name}: ${value.problem}`)
    const filled = value.literal ? { text: value.text } : substitute(value.text, { ...lookupHere, most })
    if ("problem" in filled) return problem(`${name}: ${filled.problem}`, filled.hint)
    most -= filled.text.length
    variables.set(name, filled.text)
    at = value.end
  }
  return { variables }
}

/** Reads a file as `run --env-file` does: what stands after the first `=` is the value, whatever it is. */
export const parseRawEnv = (text: string, lookup: Lookup): EnvFile => {
  const variables = new Map<string, string>()
  for (const [index, whole] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const line = whole.trimStart()
    if (line === "" || line.startsWith("#")) continue
    const equals = line.indexOf("=")
    const name = equals === -1 ? line.trimEnd() : line.slice(0, equals)
    if (name === "" || /\s/.test(name)) {
      return { problem: `${JSON.stringify(name)} is not a name of a variable`, line: index + 1 }
    }
    const value = equals === -1 ? lookup.valueOf(name) : line.slice(equals + 1)
    if (value !== undefined) variables.set(name, value)
  }
  return { variables }
}

const matchAt = (pattern: RegExp, text: string, at: number) => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Where the next statement begins: after blanks, empty lines and comments. */
const statementAt = (text: string, from: number): number => {
  let at = from
  for (; at < text.length; at++) {
    if (text[at] === "#") at = lineEnd(text, at)
    else if (!/\s/.test(text[at]!)) break
  }
  return Math.min(at, text.length)
}

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf("\n", from)
  return end === -1 ? text.length : end
}

const lineOf = (text: string, from: number): string => text.slice(from, Math.min(lineEnd(text, from), from + 80))

type Value = { readonly text: string; readonly literal: boolean; readonly end: number } | { readonly problem: string }

const valueAt = (text: string, from: number): Value => {
  const quote = text[from]
  if (quote !== '"' && quote !== "'") {
    const end = lineEnd(text, from)
    // A comment begins after a blank: `COLOUR=#fff` has none.
    const begin = /[ \t]/.test(text[from - 1] ?? "") ? from - 1 : from
    const value = text.slice(begin, end).replace(/[ \t]#.*$/, "")
    return { text: value.trim(), literal: false, end }
  }
  const pieces: Array<string> = []
  for (let at = from + 1; at < text.length; at++) {
    const sign = text[at]!
    if (sign === quote) return afterQuote(text, at + 1, pieces.join(""), quote === "'")
    if (sign !== "\\") pieces.push(sign)
    else {
      const next = text[++at] ?? ""
      // In single quotes a backslash is one, except before the quote.
      if (quote === "'") pieces.push(next === "'" ? next : `\\${next}`)
      else {
        const escape = escapeAt(text, at)
        pieces.push(escape.text)
        at += escape.length - 1
      }
    }
  }
  return { problem: `the quote ${quote} is not closed` }
}

const afterQuote = (text: string, at: number, value: string, literal: boolean): Value => {
  const end = lineEnd(text, at)
  return /^[ \t\r]*(?:#.*)?$/.test(text.slice(at, end))
    ? { text: value, literal, end }
    : { problem: "there is something after the closing quote" }
}

const escapes: { readonly [letter: string]: string } = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
  // It is a dollar sign once variables have been filled in.
  $: "$$"
}

/** What stands after a backslash in double quotes. */
const escapeAt = (text: string, at: number): { readonly text: string; readonly length: number } => {
  const sign = text[at] ?? ""
  const octal = matchAt(/0[0-7]{1,3}/y, text, at)?.[0]
  if (octal !== undefined) return { text: String.fromCharCode(Number.parseInt(octal, 8)), length: octal.length }
  return { text: escapes[sign] ?? `\\${sign}`, length: 1 }
}
