import { bad, good, type Result } from "../../argv/Result.ts"
import { functions, type TemplateFunction } from "./functions.ts"
import type { Body, Node, Pipeline, Term } from "./parse.ts"
import { isRecord, isTrue, noValue, printed } from "./print.ts"

/** Variables by name; inner scopes see and may change those of outer ones. */
class Scope {
  readonly #own = new Map<string, unknown>()
  readonly #outer: Scope | undefined

  constructor(outer?: Scope) {
    this.#outer = outer
  }

  declare(name: string, value: unknown): void {
    this.#own.set(name, value)
  }

  find(name: string): Map<string, unknown> | undefined {
    return this.#own.has(name) ? this.#own : this.#outer?.find(name)
  }
}

interface Place {
  readonly dot: unknown
  readonly scope: Scope
}

/** How a list of nodes ended. */
type Ending = "through" | "break" | "continue"

/** Runs a parsed template on a value. Functions given here stand before the built-in ones. */
export const evaluate = (
  body: Body,
  data: unknown,
  own: ReadonlyMap<string, TemplateFunction> = new Map()
): Result<string> => {
  const scope = new Scope()
  scope.declare("$", data)
  const run = new Run(own)
  run.body(body, { dot: data, scope })
  return run.problem === undefined ? good(run.output) : bad(run.problem)
}

class Run {
  output = ""
  /** The first refusal. Evaluation goes on with absent values after it, and what it prints is not used. */
  problem: string | undefined
  readonly #own: ReadonlyMap<string, TemplateFunction>

  constructor(own: ReadonlyMap<string, TemplateFunction>) {
    this.#own = own
  }

  #refuse(problem: string): undefined {
    this.problem ??= problem
    return undefined
  }

  body(nodes: Body, { dot, scope }: Place): Ending {
    const inner = { dot, scope: new Scope(scope) }
    for (const node of nodes) {
      const ending = this.#node(node, inner)
      if (ending !== "through") return ending
    }
    return "through"
  }

  #node(node: Node, place: Place): Ending {
    switch (node.kind) {
      case "text":
        this.output += node.text
        return "through"
      case "break":
      case "continue":
        return node.kind
      case "print": {
        const value = this.#pipeline(node.pipeline, place)
        if (node.pipeline.variables.length === 0) this.output += printed(value)
        return "through"
      }
      case "if":
      case "with": {
        const inner = { dot: place.dot, scope: new Scope(place.scope) }
        const value = this.#pipeline(node.pipeline, inner)
        if (!isTrue(value)) return this.body(node.otherwise, inner)
        return this.body(node.body, node.kind === "with" ? { ...inner, dot: value } : inner)
      }
      case "range":
        return this.#range(node, place)
    }
  }

  #range({ pipeline, body, otherwise }: Node & { readonly kind: "range" }, place: Place): Ending {
    const entries = this.#entriesOf(this.#calls(pipeline, place))
    if (entries.length === 0) return this.body(otherwise, place)
    for (const [key, value] of entries) {
      const scope = new Scope(place.scope)
      const [first, second] = pipeline.variables
      if (second !== undefined) scope.declare(second, value)
      if (first !== undefined) scope.declare(first, second === undefined ? value : key)
      if (this.body(body, { dot: value, scope }) === "break") break
    }
    return "through"
  }

  #pipeline(pipeline: Pipeline, place: Place): unknown {
    const value = this.#calls(pipeline, place)
    for (const name of pipeline.variables) {
      if (pipeline.declares) place.scope.declare(name, value)
      else this.#home(name, place)?.set(name, value)
    }
    return value
  }

  #calls({ calls }: Pipeline, place: Place): unknown {
    let piped: ReadonlyArray<unknown> = []
    for (const [first, ...rest] of calls) {
      if (first !== undefined) piped = [this.#call(first, rest, piped, place)]
    }
    return piped[0]
  }

  #call(first: Term, rest: ReadonlyArray<Term>, piped: ReadonlyArray<unknown>, place: Place): unknown {
    if (first.kind === "function") {
      if (first.name === "and" || first.name === "or") return this.#choose(first.name, rest, piped, place)
      const known = this.#own.get(first.name) ?? functions.get(first.name)
      if (known === undefined) return this.#refuse(`function ${JSON.stringify(first.name)} not defined`)
      return this.#settled(known([...rest.map((term) => this.#term(term, place)), ...piped]), first.name)
    }
    if (first.kind === "fields") {
      const args = [...rest.map((term) => this.#term(term, place)), ...piped]
      return this.#fields(first, args, place)
    }
    if (rest.length + piped.length > 0) return this.#refuse("can't give argument to non-function")
    return this.#term(first, place)
  }

  /** Looks at arguments only until the result is clear. */
  #choose(name: "and" | "or", rest: ReadonlyArray<Term>, piped: ReadonlyArray<unknown>, place: Place): unknown {
    if (rest.length + piped.length === 0) return this.#refuse(`wrong number of args for ${name}: want at least 1 got 0`)
    let last: unknown
    for (const term of rest) {
      last = this.#term(term, place)
      if (isTrue(last) === (name === "or")) return last
    }
    return piped.length > 0 ? piped[0] : last
  }

  #term(term: Term, place: Place): unknown {
    switch (term.kind) {
      case "literal":
        return term.value
      case "dot":
        return place.dot
      case "variable":
        return this.#home(term.name, place)?.get(term.name)
      case "pipeline":
        return this.#pipeline(term.pipeline, place)
      case "fields":
        return this.#fields(term, [], place)
      case "function":
        return this.#call(term, [], [], place)
    }
  }

  #home(name: string, place: Place): Map<string, unknown> | undefined {
    return place.scope.find(name) ?? this.#refuse(`undefined variable ${JSON.stringify(name)}`)
  }

  #fields(term: Term & { readonly kind: "fields" }, args: ReadonlyArray<unknown>, place: Place): unknown {
    let value = this.#term(term.of, place)
    for (const [at, name] of term.names.entries()) {
      value = this.#fieldOf(value, name, term.names.slice(0, at + 1).join("."))
      if (typeof value === "function")
        value = value(...(at === term.names.length - 1 ? args : []).map(printed)) as unknown
      else if (at === term.names.length - 1 && args.length > 0) {
        this.#refuse(`${name} has arguments but cannot be invoked as function`)
      }
    }
    return value
  }

  #settled(result: Result<unknown>, name: string): unknown {
    if (result.ok) return result.value
    return this.#refuse(
      result.problem.startsWith("error calling") ? result.problem : `error calling ${name}: ${result.problem}`
    )
  }

  #fieldOf(value: unknown, name: string, path: string): unknown {
    if (value instanceof Map) return value.has(name) ? value.get(name) : noValue
    if (value === null || value === undefined) return this.#refuse(`nil pointer evaluating .${path}`)
    if (value === noValue) return noValue
    if (isRecord(value) && Object.hasOwn(value, name)) return value[name]
    return this.#refuse(`can't evaluate field ${name} in .${path}`)
  }

  #entriesOf(value: unknown): ReadonlyArray<readonly [unknown, unknown]> {
    if (Array.isArray(value)) return [...value.entries()]
    if (value instanceof Map) return Array.from(value).toSorted(([a], [b]) => (printed(a) < printed(b) ? -1 : 1))
    if (value === null || value === undefined || value === noValue) return []
    if (typeof value === "number" && Number.isInteger(value)) {
      return Array.from({ length: Math.min(Math.max(0, value), mostTurns) }, (_, at) => [at, at])
    }
    this.#refuse(`range can't iterate over ${printed(value)}`)
    return []
  }
}

/** A number in a template must not be able to fill the memory. */
const mostTurns = 100_000
