import { bad, good, type Result } from "../../argv/Result.ts"
import { lex, type Piece, type Token } from "./lex.ts"

/** One part of a parsed template. */
export type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "print"; readonly pipeline: Pipeline }
  | ({ readonly kind: "if" | "with" } & Branch)
  | ({ readonly kind: "range" } & Branch)
  | { readonly kind: "break" | "continue" }

interface Branch {
  readonly pipeline: Pipeline
  readonly body: Body
  readonly otherwise: Body
}

/** Nodes in order. */
export type Body = ReadonlyArray<Node>

/** Calls of which each gets the result of the one before as its last argument. */
export interface Pipeline {
  /** Variables that take the result; two for index and element of a `range`. */
  readonly variables: ReadonlyArray<string>
  /** `:=` makes the variables, `=` changes them. */
  readonly declares: boolean
  readonly calls: ReadonlyArray<ReadonlyArray<Term>>
}

/** An operand of a call; the first one is called when it can be. */
export type Term =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "dot" }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "pipeline"; readonly pipeline: Pipeline }
  | { readonly kind: "fields"; readonly of: Term; readonly names: ReadonlyArray<string> }

/** Parses a template. Spec: Go's text/template, without `define`, `template` and `block`. */
export const parseTemplate = (template: string): Result<Body> => {
  const pieces = lex(template)
  if (!pieces.ok) return pieces
  const reader = new Reader(pieces.value)
  const body = reader.body()
  if (!body.ok) return body
  return body.value.end === "" ? good(body.value.nodes) : bad(`unexpected {{${body.value.end}}}`)
}

/** Nodes up to a key word that ends them; `end` is empty at the end of the template. */
interface Block {
  readonly nodes: Body
  readonly end: "" | "end" | "else"
  /** What follows `else`. */
  readonly tokens: ReadonlyArray<Token>
}

class Reader {
  readonly #pieces: ReadonlyArray<Piece>
  #at = 0

  constructor(pieces: ReadonlyArray<Piece>) {
    this.#pieces = pieces
  }

  body(): Result<Block> {
    const nodes: Array<Node> = []
    for (;;) {
      const piece = this.#pieces[this.#at++]
      if (piece === undefined) return good({ nodes, end: "", tokens: [] })
      if (piece.kind === "text") {
        nodes.push(piece)
        continue
      }
      const [first, ...tokens] = piece.tokens
      if (first === undefined) return bad("missing value for command")
      const word = first.kind === "word" ? first.text : ""
      if (word === "end" || word === "else") return good({ nodes, end: word, tokens })
      const node = this.#node(word, piece.tokens, tokens)
      if (!node.ok) return node
      nodes.push(node.value)
    }
  }

  #node(word: string, all: ReadonlyArray<Token>, tokens: ReadonlyArray<Token>): Result<Node> {
    if (word === "if" || word === "with" || word === "range") return this.#branch(word, tokens)
    if (word === "break" || word === "continue") return good({ kind: word })
    if (word === "define" || word === "template" || word === "block") return bad(`{{${word}}} is not supported`)
    const pipeline = pipelineOf(all)
    return pipeline.ok ? good({ kind: "print", pipeline: pipeline.value }) : pipeline
  }

  #branch(kind: "if" | "with" | "range", tokens: ReadonlyArray<Token>): Result<Node> {
    const pipeline = pipelineOf(tokens)
    if (!pipeline.ok) return pipeline
    const body = this.body()
    if (!body.ok) return body
    const common = { kind, pipeline: pipeline.value, body: body.value.nodes }
    if (body.value.end === "end") return good({ ...common, otherwise: [] })
    if (body.value.end === "") return bad(`{{${kind}}} without {{end}}`)

    const [next, ...rest] = body.value.tokens
    if (next !== undefined) {
      // `{{else if}}` shares the `{{end}}` of its `{{if}}`.
      if (next.kind !== "word" || (next.text !== "if" && next.text !== "with"))
        return bad("unexpected words after else")
      const chained = this.#branch(next.text, rest)
      return chained.ok ? good({ ...common, otherwise: [chained.value] }) : chained
    }
    const otherwise = this.body()
    if (!otherwise.ok) return otherwise
    if (otherwise.value.end !== "end") return bad(`{{${kind}}} without {{end}}`)
    return good({ ...common, otherwise: otherwise.value.nodes })
  }
}

const pipelineOf = (tokens: ReadonlyArray<Token>): Result<Pipeline> => {
  const assign = tokens.findIndex((token) => isMark(token, ":=") || isMark(token, "="))
  const left = assign === -1 ? [] : tokens.slice(0, assign)
  const variables = left.flatMap((token) => (token.kind === "variable" ? [token.text] : []))
  const commas = left.filter((token) => isMark(token, ",")).length
  if (
    assign !== -1 &&
    (variables.length === 0 || variables.length + commas !== left.length || commas !== variables.length - 1)
  ) {
    return bad("only variables can be assigned to")
  }
  const calls: Array<ReadonlyArray<Term>> = []
  for (const call of split(tokens.slice(assign + 1))) {
    const terms = termsOf(call)
    if (!terms.ok) return terms
    if (terms.value.length === 0) return bad("missing value for command")
    calls.push(terms.value)
  }
  return good({ variables, declares: assign !== -1 && isMark(tokens[assign], ":="), calls })
}

/** Splits at the pipes that do not stand in parentheses. */
const split = (tokens: ReadonlyArray<Token>): ReadonlyArray<ReadonlyArray<Token>> => {
  const parts: Array<Array<Token>> = [[]]
  let depth = 0
  for (const token of tokens) {
    if (isMark(token, "(")) depth++
    if (isMark(token, ")")) depth--
    if (isMark(token, "|") && depth === 0) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

const termsOf = (tokens: ReadonlyArray<Token>): Result<ReadonlyArray<Term>> => {
  const terms: Array<Term> = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === undefined) break
    const last = terms.at(-1)
    if (token.kind === "field" && token.near && last !== undefined) {
      if (last.kind === "literal" || last.kind === "function")
        return bad(`unexpected .${token.text} after a value without fields`)
      const before = last.kind === "fields" ? last : { of: last, names: [] }
      terms[terms.length - 1] = { kind: "fields", of: before.of, names: [...before.names, token.text] }
    } else if (isMark(token, "(")) {
      const end = closing(tokens, at)
      if (end === -1) return bad("unclosed left parenthesis")
      const inner = pipelineOf(tokens.slice(at + 1, end))
      if (!inner.ok) return inner
      terms.push({ kind: "pipeline", pipeline: inner.value })
      at = end
    } else {
      const term = termOf(token)
      if (!term.ok) return term
      terms.push(term.value)
    }
  }
  return good(terms)
}

const constants = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["nil", null]
])

const termOf = (token: Token): Result<Term> => {
  switch (token.kind) {
    case "field":
      return good({ kind: "fields", of: { kind: "dot" }, names: [token.text] })
    case "variable":
      return good({ kind: "variable", name: token.text })
    case "text":
      return good({ kind: "literal", value: token.text })
    case "number":
      return good({ kind: "literal", value: token.value })
    case "word": {
      const constant = constants.get(token.text)
      return good(
        constant === undefined ? { kind: "function", name: token.text } : { kind: "literal", value: constant }
      )
    }
    case "mark":
      return token.text === "." ? good({ kind: "dot" }) : bad(`unexpected ${JSON.stringify(token.text)} in an action`)
  }
}

const closing = (tokens: ReadonlyArray<Token>, open: number): number => {
  let depth = 0
  return tokens.findIndex((token, index) => {
    if (index < open) return false
    if (isMark(token, "(")) depth++
    if (isMark(token, ")")) depth--
    return depth === 0
  })
}

const isMark = (token: Token | undefined, text: string): boolean => token?.kind === "mark" && token.text === text
