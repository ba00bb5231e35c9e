/**
 * Shell patterns inside `${name#pattern}` and its relatives: `*`, `?` (neither matches a newline) and `\` before
 * `*`, `?`, `\`, `}` or `/`. There are no bracket expressions.
 */
import * as Either from "effect/Either"

type Token = { readonly kind: "many" } | { readonly kind: "one" } | { readonly kind: "is"; readonly character: string }

/** A pattern that was understood. */
export type ShellPattern = ReadonlyArray<Token>

/** Reads a pattern; fails with a sentence at an escape that means nothing. */
export const readPattern = (text: string): Either.Either<ShellPattern, string> => {
  const tokens: Array<Token> = []
  const characters = [...text]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!
    if (character === "*") {
      if (tokens.at(-1)?.kind !== "many") tokens.push({ kind: "many" })
    } else if (character === "?") tokens.push({ kind: "one" })
    else if (character === "\\") {
      at++
      const escaped = characters[at]
      if (escaped === undefined || !"*?\\}/".includes(escaped)) {
        return Either.left(`invalid escape \\${escaped ?? ""} in the pattern ${text}`)
      }
      tokens.push({ kind: "is", character: escaped })
    } else tokens.push({ kind: "is", character })
  }
  return Either.right(tokens)
}

/** Takes the pattern off the front of a value, matching as little or as much as possible. */
export const trimPrefix = (pattern: ShellPattern, value: string, longest: boolean): string => {
  const characters = [...value]
  const end = matchAt(pattern, characters, 0, longest)
  return end === undefined ? value : characters.slice(end).join("")
}

/** Takes the pattern off the end of a value. */
export const trimSuffix = (pattern: ShellPattern, value: string, longest: boolean): string => {
  const characters = [...value].toReversed()
  const end = matchAt(pattern.toReversed(), characters, 0, longest)
  return end === undefined ? value : characters.slice(end).toReversed().join("")
}

/**
 * Puts `replacement` in the place of the first longest match, or of all that do not overlap. Ends early once the result is
 * longer than `longest`.
 */
export const replace = (
  pattern: ShellPattern,
  value: string,
  replacement: string,
  { all, longest }: { readonly all: boolean; readonly longest: number }
): string => {
  const characters = [...value]
  let result = ""
  let at = 0
  let justMatched: boolean = false
  while (at <= characters.length && result.length <= longest) {
    const end = matchAt(pattern, characters, at, true)
    // An empty match right after a match is not one.
    if (end !== undefined && !(end === at && justMatched)) {
      result += replacement
      if (!all) return result + characters.slice(end).join("")
    }
    justMatched = end !== undefined && end > at
    if (end !== undefined && justMatched) at = end
    else {
      result += characters[at] ?? ""
      at++
    }
  }
  return result
}

/** Where a match from `begin` ends, by following all possibilities at once. */
const matchAt = (
  pattern: ShellPattern,
  characters: ReadonlyArray<string>,
  begin: number,
  longest: boolean
): number | undefined => {
  let states = closure(pattern, new Set([0]))
  let found: number | undefined
  for (let at = begin; states.size > 0; at++) {
    if (states.has(pattern.length)) {
      found = at
      if (!longest) return found
    }
    const character = characters[at]
    if (character === undefined) break
    const next = new Set<number>()
    for (const state of states) {
      const token = pattern[state]
      if (token?.kind === "many" && character !== "\n") next.add(state)
      else if (token?.kind === "one" && character !== "\n") next.add(state + 1)
      else if (token?.kind === "is" && token.character === character) next.add(state + 1)
    }
    states = closure(pattern, next)
  }
  return found
}

/** A `*` may match nothing, so whoever stands before it also stands after it. */
const closure = (pattern: ShellPattern, states: Set<number>): Set<number> => {
  for (const state of states) if (pattern[state]?.kind === "many") states.add(state + 1)
  return states
}
