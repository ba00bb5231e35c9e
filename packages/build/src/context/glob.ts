/**
 * Path patterns as Go's `filepath.Match` understands them: `*` and `?` stay within a path segment, `[a-z]` and
 * `[^a-z]` are classes, `\` takes the next character as it is. With `doubleStar`, `**` also crosses segments, as
 * in ignore files. Matching is by whole characters and case counts.
 */
import * as Either from "effect/Either"
import { type Step, walkGlob } from "./walk-glob.ts"

type Token =
  | { readonly kind: "text"; readonly character: string; readonly escaped?: boolean }
  | { readonly kind: "one" }
  | { readonly kind: "many" }
  | { readonly kind: "class"; readonly source: string }
  /** `**`, or `**` and the slash after it. */
  | { readonly kind: "deep" }

/** Tells whether a path is meant. */
export type Glob = (path: string) => boolean

/** Whether a text can match anything but itself. */
export const hasGlob = (text: string): boolean => /[*?[\\]/.test(text)

/** Prepares a pattern. Fails with a sentence if it is malformed. */
export const compileGlob = (
  pattern: string,
  { doubleStar = false }: { readonly doubleStar?: boolean } = {}
): Either.Either<Glob, string> => {
  if (!hasGlob(pattern)) return Either.right((path) => path === pattern)
  return Either.map(tokenize(pattern, doubleStar), (tokens) => {
    const open = tokens.filter(({ kind }) => kind === "many" || kind === "deep").length
    if (open > mostOpen) return walkGlob(tokens.map(toStep))
    const regex = new RegExp(`^${tokens.map(toRegex).join("")}$`, "u")
    return (path) => regex.test(path)
  })
}

/** Most `*` and `**` of a pattern that is left to a regular expression, whose time grows with that power of the length. */
const mostOpen = 2

const toStep = (token: Token, index: number, tokens: ReadonlyArray<Token>): Step => {
  switch (token.kind) {
    case "text":
      return { takes: "one", accepts: (character) => character === token.character }
    case "one":
      return { takes: "one", accepts: (character) => character !== "/" }
    case "many":
      return { takes: "any", slashes: false }
    case "class": {
      const regex = new RegExp(`^${token.source}$`, "u")
      return { takes: "one", accepts: (character) => regex.test(character) }
    }
    case "deep":
      return index === tokens.length - 1 ? { takes: "any", slashes: true } : { takes: "directories" }
  }
}

const toRegex = (token: Token, index: number, tokens: ReadonlyArray<Token>): string => {
  switch (token.kind) {
    case "text":
      return token.character === "-" ? "-" : quoteRegex(token.character)
    case "one":
      return "[^/]"
    case "many":
      return "[^/]*"
    case "class":
      return token.source
    case "deep":
      if (index === tokens.length - 1) return "[^]*"
      return suffixOnly(tokens) ? "[^]*" : "(?:[^]*/)?"
  }
}

/** `**.txt` means any path that ends so, but only where nothing else in the pattern is special, escapes included. */
const suffixOnly = ([first, ...rest]: ReadonlyArray<Token & { readonly slash?: boolean }>) =>
  first?.kind === "deep" && first.slash !== true && rest.every((each) => each.kind === "text" && each.escaped !== true)

/** For use inside a class; outside of one, a hyphen must not be escaped. */
const quoteRegex = (character: string) => (/[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character)

const tokenize = (pattern: string, doubleStar: boolean): Either.Either<ReadonlyArray<Token>, string> => {
  const characters = [...pattern]
  const tokens: Array<Token & { readonly slash?: boolean }> = []
  const wrong = (why: string) => Either.left(`the pattern ${pattern} is malformed: ${why}`)
  let at = 0
  while (at < characters.length) {
    const character = characters[at]!
    if (character === "*" && doubleStar && characters[at + 1] === "*") {
      const slash = characters[at + 2] === "/"
      tokens.push({ kind: "deep", slash })
      at += slash ? 3 : 2
    } else if (character === "*") {
      if (tokens.at(-1)?.kind !== "many") tokens.push({ kind: "many" })
      at++
    } else if (character === "?") {
      tokens.push({ kind: "one" })
      at++
    } else if (character === "\\") {
      const escaped = characters[at + 1]
      if (escaped === undefined) return wrong("nothing follows the last \\")
      tokens.push({ kind: "text", character: escaped, escaped: true })
      at += 2
    } else if (character === "[") {
      const read = readClass(characters, at + 1)
      if (typeof read === "string") return wrong(read)
      tokens.push({ kind: "class", source: read.source })
      at = read.end
    } else {
      tokens.push({ kind: "text", character })
      at++
    }
  }
  return Either.right(tokens)
}

const readClass = (characters: ReadonlyArray<string>, begin: number): { source: string; end: number } | string => {
  let at = begin
  const negated = characters[at] === "^"
  if (negated) at++
  let source = ""
  /** An end of a range; Go wants `-` and `]` escaped here. */
  const edge = (): string | undefined => {
    const escaped = characters[at] === "\\"
    if (escaped) at++
    const character = characters[at]
    if (character === undefined || (!escaped && (character === "-" || character === "]"))) return undefined
    at++
    return character
  }
  for (let ranges = 0; ; ranges++) {
    if (characters[at] === "]" && ranges > 0) break
    const low = edge()
    if (low === undefined) return "a [ has no proper end"
    let high: string | undefined = low
    if (characters[at] === "-") {
      at++
      high = edge()
      if (high === undefined) return "a range in [ ] has no end"
    }
    // A range that runs backwards is well formed and matches nothing.
    if (low.codePointAt(0)! <= high.codePointAt(0)!) source += `${quoteRegex(low)}-${quoteRegex(high)}`
  }
  if (source === "") return { source: negated ? "[^]" : "[]", end: at + 1 }
  return { source: `[${negated ? "^" : ""}${source}]`, end: at + 1 }
}
