/** How a text refers to variables. */
export interface Lookup {
  readonly valueOf: (name: string) => string | undefined
  /** Told of a variable that has no value and no default. */
  readonly missing: (name: string) => void
  /** The longest that the result may be, in characters. */
  readonly most: number
}

/** A text with its variables filled in, or why that cannot be. */
export type Substituted = { readonly text: string } | { readonly problem: string; readonly hint?: string }

/** Deepest nesting of defaults in defaults. */
const deepest = 50

/** Ends a substitution; does not leave this module. */
class Impossible extends Error {
  readonly hint: string | undefined
  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/**
 * Fills in variables: `$NAME`, `${NAME}`, with a default (`:-`, `-`), a demand (`:?`, `?`) or a replacement (`:+`, `+`),
 * in which the same may stand again. `$$` is a dollar sign. With the colon, an empty value counts as none.
 *
 * Spec: Compose Specification, 12-interpolation.md.
 */
export const substitute = (text: string, lookup: Lookup): Substituted => {
  if (!text.includes("$")) return { text }
  try {
    return { text: fill(text, lookup, 0) }
  } catch (cause) {
    if (!(cause instanceof Impossible)) throw cause
    return { problem: cause.message, ...(cause.hint !== undefined && { hint: cause.hint }) }
  }
}

const fill = (text: string, lookup: Lookup, depth: number): string => {
  if (depth > deepest) throw new Impossible("defaults of variables are nested too deep")
  const pieces: Array<string> = []
  let length = 0
  const add = (piece: string) => {
    length += piece.length
    if (length > lookup.most) throw new Impossible("its variables make it too long")
    pieces.push(piece)
  }
  let at = 0
  for (let dollar = text.indexOf("$"); dollar !== -1; dollar = text.indexOf("$", at)) {
    add(text.slice(at, dollar))
    const next = text[dollar + 1]
    if (next === "$") {
      add("$")
      at = dollar + 2
      continue
    }
    const name = nameAt(text, dollar + 1)
    if (name !== "") {
      add(valueOrNothing(name, lookup))
      at = dollar + 1 + name.length
      continue
    }
    const end = next === "{" ? closing(text, dollar + 1) : -1
    if (end === -1) throw malformed(text)
    add(braced(text, text.slice(dollar + 2, end), lookup, depth))
    at = end + 1
  }
  add(text.slice(at))
  return pieces.join("")
}

const namePattern = /[A-Za-z_]\w*/y

/** The name of a variable that begins here; empty where none does. */
export const nameAt = (text: string, at: number): string => {
  namePattern.lastIndex = at
  return namePattern.exec(text)?.[0] ?? ""
}

/** Where the brace that is opened here is closed. */
export const closing = (text: string, open: number): number => {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++
    else if (text[at] === "}" && --depth === 0) return at
  }
  return -1
}

const malformed = (text: string) =>
  new Impossible(`"${shortened(text)}" has a $ that begins no variable`, "write $$ for a dollar sign")

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

const valueOrNothing = (name: string, { missing, valueOf }: Lookup): string => {
  const value = valueOf(name)
  if (value === undefined) missing(name)
  return value ?? ""
}

const braced = (whole: string, inside: string, lookup: Lookup, depth: number): string => {
  const name = nameAt(inside, 0)
  const rest = inside.slice(name.length)
  if (name === "") throw malformed(whole)
  if (rest === "") return valueOrNothing(name, lookup)
  const [, colon, sign] = /^(:?)([-?+])/.exec(rest) ?? []
  if (sign === undefined) throw malformed(whole)
  const other = () => fill(rest.slice((colon ?? "").length + 1), lookup, depth + 1)
  const value = lookup.valueOf(name)
  const given = value !== undefined && (colon === "" || value !== "")
  if (sign === "+") return given ? other() : ""
  if (given) return value
  if (sign === "-") return other()
  const why = other()
  throw new Impossible(`the variable ${name} is required and has no value${why === "" ? "" : `: ${why}`}`)
}
