import { bad, good, type Result } from "../../argv/Result.ts"

/** A piece of a template: text as it is, or the tokens between `{{` and `}}`. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly tokens: ReadonlyArray<Token> }

/** One word of an action. */
export type Token =
  /** `.Name`; `near` says that no blank stands before it, so that it belongs to what it follows. */
  | { readonly kind: "field"; readonly text: string; readonly near: boolean }
  /** `$` or `$name`, with the dollar sign. */
  | { readonly kind: "variable"; readonly text: string }
  /** A function's name or a key word. */
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "mark"; readonly text: "." | "(" | ")" | "|" | "," | ":=" | "=" }

/** Cuts a template into pieces. `{{-` and `-}}` take the blanks beside them away; comments vanish. */
export const lex = (template: string): Result<ReadonlyArray<Piece>> => {
  const pieces: Array<Piece> = []
  let rest = template
  let trimNext = false
  for (;;) {
    const open = rest.indexOf("{{")
    const text = open === -1 ? rest : rest.slice(0, open)
    const trimsLeft = /^\{\{-\s/.test(rest.slice(open === -1 ? rest.length : open))
    const left = trimNext ? text.replace(/^[ \t\r\n]+/, "") : text
    const trimmed = trimsLeft ? left.replace(/[ \t\r\n]+$/, "") : left
    if (trimmed !== "") pieces.push({ kind: "text", text: trimmed })
    if (open === -1) return good(pieces)

    const action = lexAction(rest.slice(open + (trimsLeft ? 3 : 2)))
    if (!action.ok) return action
    if (action.value.tokens !== undefined) pieces.push({ kind: "action", tokens: action.value.tokens })
    trimNext = action.value.trimsRight
    rest = action.value.rest
  }
}

interface Action {
  /** Missing for a comment. */
  readonly tokens?: ReadonlyArray<Token>
  readonly trimsRight: boolean
  readonly rest: string
}

const comment = /^\s*\/\*[^]*?\*\/(\s-)?\}\}/
const close = /^(\s+-)?\}\}/
const forms =
  /^(?:(\.[A-Za-z_]\w*)|(\$\w*)|([A-Za-z_]\w*)|("(?:[^"\\]|\\[^])*")|`([^`]*)`|'((?:[^'\\]|\\.)+)'|([-+]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+))|(:=|[.()|,=]))/

const lexAction = (source: string): Result<Action> => {
  const remark = comment.exec(source)
  if (remark !== null) return good({ trimsRight: remark[1] !== undefined, rest: source.slice(remark[0].length) })
  const tokens: Array<Token> = []
  let rest = source
  let near = false
  for (;;) {
    const end = close.exec(rest)
    if (end !== null) return good({ tokens, trimsRight: end[1] !== undefined, rest: rest.slice(end[0].length) })
    const blank = /^\s+/.exec(rest)
    if (blank !== null) {
      rest = rest.slice(blank[0].length)
      near = false
      continue
    }
    const match = forms.exec(rest)
    if (match === null)
      return bad(rest === "" ? "unclosed action" : `unexpected ${JSON.stringify(rest[0])} in an action`)
    const token = tokenOf(match, near)
    if (!token.ok) return token
    tokens.push(token.value)
    rest = rest.slice(match[0].length)
    near = true
  }
}

const tokenOf = (match: RegExpExecArray, near: boolean): Result<Token> => {
  const [, field, variable, word, quoted, raw, character, number, mark] = match
  if (field !== undefined) return good({ kind: "field", text: field.slice(1), near })
  if (variable !== undefined) return good({ kind: "variable", text: variable })
  if (word !== undefined) return good({ kind: "word", text: word })
  if (raw !== undefined) return good({ kind: "text", text: raw })
  if (number !== undefined) return good({ kind: "number", value: Number(number) })
  if (quoted !== undefined) {
    const text = unquote(quoted.slice(1, -1))
    return text === undefined ? bad(`malformed text ${quoted}`) : good({ kind: "text", text })
  }
  if (character !== undefined) {
    const code = unquote(character)?.codePointAt(0)
    return code === undefined ? bad(`malformed character '${character}'`) : good({ kind: "number", value: code })
  }
  return good({ kind: "mark", text: mark as "." })
}

const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"'
}

/** Undoes the escapes of Go's interpreted text. Missing when there is one that Go does not have. */
const unquote = (text: string): string | undefined => {
  let wrong = false
  const result = text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([^]))/g,
    (_, hex?: string, short?: string, long?: string, octal?: string, letter?: string) => {
      const digits = hex ?? short ?? long
      const code = digits === undefined ? Number.parseInt(octal ?? "", 8) : Number.parseInt(digits, 16)
      const known = letter === undefined ? code <= 0x10ffff && String.fromCodePoint(code) : escapes[letter]
      if (typeof known === "string") return known
      wrong = true
      return ""
    }
  )
  return wrong ? undefined : result
}
