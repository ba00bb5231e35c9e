import * as Either from "effect/Either"
import { readPattern, replace, type ShellPattern, trimPrefix, trimSuffix } from "./shell-pattern.ts"
import { isSpace } from "./words.ts"

/** Why a word could not be read. */
export interface Failure {
  readonly reason: "syntax" | "unset" | "pattern"
  readonly message: string
}

/** Deeper than anyone writes `${a:-${b:-…}}`, and shallow enough for the stack. */
const deepest = 200

/**
 * Most characters that the variables of one word come to. No variable of a process can be longer than an eighth of it, and
 * ten lines of `ENV a=$a$a$a` would fill the memory.
 */
const mostCharacters = 1024 * 1024

/**
 * Reads one word from left to right. A value for a single use.
 *
 * After a failure nothing that was read means anything: the first failure is kept, and the scanner jumps to the
 * end, so that all its loops end too.
 */
export class Scanner {
  readonly used = new Set<string>()
  readonly unset = new Set<string>()
  failure: Failure | undefined
  private readonly source: string
  private readonly lookup: (name: string) => string | undefined
  private readonly escape: string
  private readonly quotes: boolean
  private at = 0
  private depth = 0
  private length = 0

  constructor(
    source: string,
    lookup: (name: string) => string | undefined,
    how: { readonly escape: string; readonly quotes: boolean }
  ) {
    this.source = source
    this.lookup = lookup
    this.escape = how.escape
    this.quotes = how.quotes
  }

  /** The whole source as one text and as words. */
  all() {
    return this.until("", false)
  }

  private fail(reason: Failure["reason"], message: string): "" {
    this.failure ??= { reason, message }
    this.at = this.source.length
    return ""
  }

  /** Reads up to `stop` and past it; with `raw`, escape characters stay in the text. */
  private until(stop: string, raw: boolean): { readonly text: string; readonly words: ReadonlyArray<string> } {
    if (++this.depth > deepest) this.fail("syntax", `variables are nested more than ${deepest} deep`)
    const words: Array<string> = []
    let text = ""
    let word = ""
    const add = (part: string, splits: boolean) => {
      text += part
      if (!splits) word += part
      else {
        for (const character of part) {
          if (!isSpace(character)) word += character
          else if (word !== "") {
            words.push(word)
            word = ""
          }
        }
      }
    }
    for (;;) {
      const character = this.source.charAt(this.at)
      if (character === "") {
        if (stop !== "") this.fail("syntax", `missing ${stop} in the substitution`)
        break
      }
      if (character === stop) {
        this.at++
        break
      }
      if (character === "$") add(this.dollar(), true)
      else if (this.quotes && character === "'") add(this.singleQuoted(), false)
      else if (this.quotes && character === '"') add(this.doubleQuoted(raw), false)
      else if (character === this.escape) {
        this.at++
        // An escape character at the very end means nothing.
        add((raw ? character : "") + this.next(), false)
      } else add(this.next(), true)
    }
    if (word !== "") words.push(word)
    this.depth--
    return { text, words }
  }

  /** The next whole character, or nothing at the end. */
  private next(): string {
    const code = this.source.codePointAt(this.at)
    if (code === undefined) return ""
    const character = String.fromCodePoint(code)
    this.at += character.length
    return character
  }

  private singleQuoted(): string {
    const end = this.source.indexOf("'", this.at + 1)
    if (end < 0) return this.fail("syntax", "a single quote is not closed")
    const text = this.source.slice(this.at + 1, end)
    this.at = end + 1
    return text
  }

  private doubleQuoted(raw: boolean): string {
    let text = ""
    this.at++
    for (;;) {
      const character = this.source.charAt(this.at)
      if (character === "") return this.fail("syntax", "a double quote is not closed")
      if (character === '"') {
        this.at++
        return text
      }
      if (character === "$") text += this.dollar()
      else {
        this.at++
        const after = this.source.charAt(this.at)
        if (character === this.escape && after !== "" && ['"', "$", this.escape].includes(after)) {
          text += (raw ? character : "") + after
          this.at++
        } else text += character
      }
    }
  }

  private dollar(): string {
    const value = this.substituted()
    this.length += value.length
    return this.length > mostCharacters
      ? this.fail("syntax", `its variables come to more than ${mostCharacters} characters`)
      : value
  }

  private substituted(): string {
    this.at++
    if (this.source.charAt(this.at) !== "{") {
      const name = this.name()
      return name === "" ? "$" : (this.get(name, true) ?? "")
    }
    this.at++
    const first = this.source.charAt(this.at)
    if (first === "") return this.fail("syntax", "missing } in the substitution")
    if (first === "{" || first === "}" || first === ":") return this.fail("syntax", "bad substitution")
    const name = this.name()
    const operator = this.next()
    switch (operator) {
      case "}":
        return this.get(name, true) ?? ""
      case ":":
        return this.conditional(name, this.next(), true)
      case "/":
        return this.replaced(name)
      default:
        return this.conditional(name, operator, false)
    }
  }

  /** `${name-word}` and its relatives; with `emptyIsUnset`, after a colon. */
  private conditional(name: string, operator: string, emptyIsUnset: boolean): string {
    const written = `${emptyIsUnset ? ":" : ""}${operator}`
    if (operator === "") return this.fail("syntax", `missing } in the substitution of ${name}`)
    if (!(emptyIsUnset ? "-+?" : "-+?#%").includes(operator)) {
      return this.fail("syntax", `unsupported modifier (${written}) in the substitution of ${name}`)
    }
    const trims = operator === "#" || operator === "%"
    const { text: word } = this.until("}", trims)
    const value = this.get(name, trims)
    const missing = value === undefined || (emptyIsUnset && value === "")
    switch (operator) {
      case "-":
        return missing ? word : value
      case "+":
        return missing ? "" : word
      case "?": {
        if (!missing) return value
        const state = value === undefined ? "unset" : "empty"
        return this.fail("unset", `${name}: ${word === "" ? `is not allowed to be ${state}` : word}`)
      }
      default: {
        const longest = word.startsWith(operator)
        const pattern = this.pattern(longest ? word.slice(1) : word)
        return operator === "#" ? trimPrefix(pattern, value ?? "", longest) : trimSuffix(pattern, value ?? "", longest)
      }
    }
  }

  /** `${name/pattern/replacement}`, and with two slashes at first for all matches. */
  private replaced(name: string): string {
    const all = this.source.charAt(this.at) === "/"
    if (all) this.at++
    const { text: pattern } = this.until("/", true)
    const { text: replacement } = this.until("}", true)
    return replace(this.pattern(pattern), this.get(name, true) ?? "", replacement, { all, longest: mostCharacters })
  }

  private pattern(text: string): ShellPattern {
    return Either.getOrElse(readPattern(text), (problem) => {
      this.fail("pattern", problem)
      return []
    })
  }

  private get(name: string, isMissed: boolean): string | undefined {
    const value = this.lookup(name)
    this.used.add(name)
    if (value === undefined && isMissed) this.unset.add(name)
    return value
  }

  /** A variable's name: digits, one special character, or letters, digits and underscores. */
  private name(): string {
    const pattern = /\p{Nd}+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy
    pattern.lastIndex = this.at
    const match = pattern.exec(this.source)
    const name = match?.[0] ?? ""
    this.at += name.length
    return name
  }
}
