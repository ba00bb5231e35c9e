import { Buffer } from "node:buffer"
import * as Either from "effect/Either"

/** What a key may be made of. No booleans, nulls, fractions or dates: they have several spellings. */
export type Canonical = string | number | ReadonlyArray<Canonical> | { readonly [name: string]: Canonical }

/**
 * Spells a value in one way only: text carries its length in bytes, lists and records their end, and record fields
 * are sorted by code unit. Different values have different spellings (KEY-1).
 *
 * Numbers must be safe integers and text well formed; anything else is a bug of the caller and is thrown.
 */
export const spell = (value: Canonical): string => {
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError(`half a character cannot be part of a key: ${JSON.stringify(value)}`)
    return `${Buffer.byteLength(value)}:${value}`
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new TypeError(`only whole numbers can be part of a key: ${value}`)
    // Minus zero is zero.
    return `i${value === 0 ? 0 : value}e`
  }
  let text = ""
  if (isList(value)) {
    for (const each of value) text += spell(each)
    return `l${text}e`
  }
  for (const name of Object.keys(value).toSorted(byCodeUnit)) text += spell(name) + spell(value[name] ?? "")
  return `d${text}e`
}

/** Whether a value is a list. */
export const isList = (value: Canonical): value is ReadonlyArray<Canonical> => Array.isArray(value)

const byCodeUnit = (a: string, b: string) => (a < b ? -1 : 1)

/**
 * Reads a spelling back. Fails, with a sentence, on everything `spell` does not write: a length that is not the text's,
 * fields out of order, something after the end. Deeper than 100 levels nothing is read.
 */
export const unspell = (text: string): Either.Either<Canonical, string> => {
  const reader = new Reader(Buffer.from(text, "utf8"))
  const value = reader.value(0)
  if (reader.problem === undefined && reader.at !== reader.bytes.length) reader.fail("there is more after the end")
  if (reader.problem !== undefined || value === undefined) return Either.left(reader.problem ?? "there is nothing")
  // Only one spelling is right, so whatever else was wrong shows here.
  return spell(value) === text ? Either.right(value) : Either.left("it is not spelled the only way")
}

/** Reads from left to right; keeps the first problem. */
class Reader {
  at = 0
  problem: string | undefined
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  fail(why: string): undefined {
    this.problem ??= `${why} at byte ${this.at}`
    return undefined
  }

  value(depth: number): Canonical | undefined {
    if (depth > 100) return this.fail("too deep")
    switch (this.bytes[this.at]) {
      case 0x69: {
        this.at++
        return this.integer(0x65)
      }
      case 0x6c: {
        this.at++
        const list: Array<Canonical> = []
        while (!this.ends()) {
          const item = this.value(depth + 1)
          if (item === undefined) return undefined
          list.push(item)
        }
        return this.problem === undefined ? list : undefined
      }
      case 0x64: {
        this.at++
        const fields: Array<readonly [string, Canonical]> = []
        while (!this.ends()) {
          const name = this.text()
          const field = name === undefined ? undefined : this.value(depth + 1)
          if (name === undefined || field === undefined) return undefined
          fields.push([name, field])
        }
        // Not assigned one by one: a field may be called __proto__.
        return this.problem === undefined ? Object.fromEntries(fields) : undefined
      }
      default:
        return this.text()
    }
  }

  /** Whether a list or record ends here; steps over the end. */
  private ends(): boolean {
    if (this.at >= this.bytes.length) {
      this.fail("the end is missing")
      return true
    }
    if (this.bytes[this.at] !== 0x65) return false
    this.at++
    return true
  }

  private integer(stop: number): number | undefined {
    const end = this.bytes.indexOf(stop, this.at)
    const digits = end < 0 ? "" : this.bytes.toString("latin1", this.at, end)
    if (!/^-?\d{1,16}$/.test(digits)) return this.fail("there is no whole number")
    this.at = end + 1
    const value = Number(digits)
    return Number.isSafeInteger(value) ? value : this.fail("the number is too large")
  }

  private text(): string | undefined {
    const length = this.integer(0x3a)
    if (length === undefined) return undefined
    if (length < 0 || this.at + length > this.bytes.length) return this.fail("the text is shorter than it says")
    const text = this.bytes.toString("utf8", this.at, this.at + length)
    this.at += length
    return text
  }
}
