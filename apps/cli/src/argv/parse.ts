import type { Command } from "./Command.ts"
import { nearest } from "@gantry/core/nearest"
import { longName, spelled, type Option, type OptionTable, type Values } from "./Option.ts"
import type { Problem } from "./Problem.ts"
import { bad, good, type Result } from "./Result.ts"

/** What the arguments say. */
export interface Parsed<Table extends OptionTable> {
  readonly options: Values<Table>
  /** The options that were written, whatever their value. */
  readonly given: ReadonlySet<keyof Table & string>
  readonly operands: ReadonlyArray<string>
  /** Written options that the engine cannot honour, as `--restart`, each once, in the order written. */
  readonly unsupported: ReadonlyArray<string>
  /** Sentences about options that were accepted without effect. */
  readonly notices: ReadonlyArray<string>
  /** `--help` was written. The operands have not been counted then. */
  readonly help: boolean
}

/**
 * Reads a command's arguments the way pflag does.
 *
 * `--f v`, `--f=v`, `-f v`, `-fv`, `-f=v`, `-abc`. A value may begin with a dash. `--` ends the options, and so does the
 * first operand unless the command is interspersed. Lists append, of other options the last one counts.
 * `words` is how the command was called, for messages.
 */
export const parse = <Table extends OptionTable>(
  command: Command<Table>,
  words: ReadonlyArray<string>,
  args: ReadonlyArray<string>
): Result<Parsed<Table>, Problem> => {
  const scanned = scan(command.options, command.interspersed, args)
  if (!scanned.ok || scanned.value.help) return scanned
  const given = scanned.value.operands.length
  const { min, max } = command.operands
  if (given >= min && given <= (max ?? Infinity)) return scanned
  return bad({ kind: "operands", words, given, min, ...(max === undefined ? {} : { max }) })
}

/** Reads options without counting operands: what {@link parse} and the program's own options share. */
export const scan = <Table extends OptionTable>(
  table: Table,
  interspersed: boolean,
  args: ReadonlyArray<string>
): Result<Parsed<Table>, Problem> => {
  const index = indexed(table)
  const collected = new Collected(table)
  const operands: Array<string> = []
  let at = 0
  /** The argument after the current one, as the value of an option that came without. */
  const next = (): string | undefined => args[++at]

  for (; at < args.length; at++) {
    const arg = args[at] ?? ""
    if (arg === "--") {
      operands.push(...args.slice(at + 1))
      break
    }
    if (arg.length > 1 && arg.startsWith("-")) {
      const problem = arg.startsWith("--") ? long(arg, index, collected, next) : cluster(arg, index, collected, next)
      if (problem !== undefined) return bad(problem)
      continue
    }
    if (!interspersed) {
      operands.push(...args.slice(at))
      break
    }
    operands.push(arg)
  }
  return good({ ...collected.result(), operands })
}

/** Options by what is written for them, without dashes. */
export interface OptionIndex {
  readonly long: ReadonlyMap<string, readonly [string, Option]>
  readonly short: ReadonlyMap<string, readonly [string, Option]>
}

const helpOption: Option = { kind: "flag", about: "Print usage" }

/** The options of a table and `help`, by all their spellings. */
export const indexed = (table: OptionTable): OptionIndex => {
  const byLong = new Map<string, readonly [string, Option]>([["help", ["help", helpOption]]])
  const byShort = new Map<string, readonly [string, Option]>([["h", ["help", helpOption]]])
  for (const [name, option] of Object.entries(table)) {
    for (const spelling of [longName(name), ...(option.also ?? [])]) byLong.set(spelling, [name, option])
    if (option.short !== undefined) byShort.set(option.short, [name, option])
  }
  return { long: byLong, short: byShort }
}

const long = (arg: string, index: OptionIndex, to: Collected, next: () => string | undefined): Problem | undefined => {
  const equals = arg.indexOf("=")
  const written = arg.slice(2, equals === -1 ? undefined : equals)
  if (written === "" || written.startsWith("-")) return { kind: "bad-syntax", flag: arg }
  const found = index.long.get(written)
  if (found === undefined) {
    const near = nearest(written, index.long.keys())
    return { kind: "unknown-flag", flag: `--${written}`, ...(near === undefined ? {} : { suggestion: `--${near}` }) }
  }
  const [name, option] = found
  const value = (equals === -1 ? undefined : arg.slice(equals + 1)) ?? bareValue(option) ?? next()
  return value === undefined ? { kind: "missing-value", flag: `--${written}` } : to.put(name, option, value)
}

const cluster = (
  arg: string,
  index: OptionIndex,
  to: Collected,
  next: () => string | undefined
): Problem | undefined => {
  for (let at = 1; at < arg.length; at++) {
    const letter = arg[at] ?? ""
    const rest = arg.slice(at + 1)
    const found = index.short.get(letter)
    if (found === undefined) {
      // Someone who wrote one dash too few, as in `-name web`.
      const word = at === 1 && arg.length > 2 ? nearest(arg.slice(1).replace(/=.*/s, ""), index.long.keys()) : undefined
      const suggestion = word === undefined ? {} : { suggestion: `--${word}` }
      return { kind: "unknown-letter", flag: letter, cluster: `-${arg.slice(at)}`, ...suggestion }
    }
    const [name, option] = found
    const bare = bareValue(option)
    // pflag takes `=` for a separator only when something follows it.
    const attached = rest.length > 1 && rest.startsWith("=") ? rest.slice(1) : undefined
    if (attached === undefined && bare !== undefined) {
      const problem = to.put(name, option, bare)
      if (problem !== undefined) return problem
      continue
    }
    const value = attached ?? (rest === "" ? next() : rest)
    return value === undefined ? { kind: "missing-value", flag: `'${letter}' in ${arg}` } : to.put(name, option, value)
  }
  return undefined
}

const bareValue = (option: Option): string | undefined =>
  option.kind === "flag" ? "true" : option.kind === "text" ? option.bare : undefined

/** The values seen so far. */
class Collected {
  readonly #values: Record<string, unknown> = {}
  readonly #given = new Set<string>()
  readonly #unsupported = new Set<string>()
  readonly #notices = new Set<string>()
  #help = false

  constructor(table: OptionTable) {
    for (const [name, option] of Object.entries(table)) {
      this.#values[name] = option.kind === "flag" ? (option.fallback ?? false) : option.kind === "list" ? [] : undefined
    }
  }

  put(name: string, option: Option, text: string): Problem | undefined {
    const value = readValue(option, text)
    if (!value.ok) return { kind: "invalid-value", flag: spelled(name, option), value: text, reason: value.problem }
    if (option === helpOption) {
      this.#help = value.value === true
      return undefined
    }
    const before = this.#values[name]
    this.#values[name] = Array.isArray(before) ? [...before, value.value] : value.value
    this.#given.add(name)
    if (option.ignored !== undefined) this.#notices.add(`--${longName(name)} has no effect: ${option.ignored}`)
    const harmless = option.harmless?.includes(text) ?? (option.kind === "flag" && value.value === false)
    if (option.supported === false && !harmless) this.#unsupported.add(`--${longName(name)}`)
    return undefined
  }

  result<Table extends OptionTable>(): Omit<Parsed<Table>, "operands"> {
    return {
      // The constructor and `put` give every row a value of its kind.
      options: this.#values as Values<Table>,
      given: this.#given,
      unsupported: [...this.#unsupported],
      notices: [...this.#notices],
      help: this.#help
    }
  }
}

const truths = new Set(["1", "t", "T", "true", "TRUE", "True"])
const lies = new Set(["0", "f", "F", "false", "FALSE", "False"])

const readValue = (option: Option, text: string): Result<boolean | number | string> => {
  if (option.kind === "flag") {
    if (truths.has(text)) return good(true)
    return lies.has(text) ? good(false) : bad(`${JSON.stringify(text)} is neither true nor false`)
  }
  if (option.kind === "list" && option.pairs === true && !text.includes("="))
    return bad("bad format of filter (expected name=value)")
  if (option.kind !== "number") return good(text)
  const number = Number(text.replace(/^\+/, ""))
  return /^[-+]?\d+$/.test(text) && Number.isSafeInteger(number)
    ? good(number)
    : bad(`${JSON.stringify(text)} is not an integer`)
}
