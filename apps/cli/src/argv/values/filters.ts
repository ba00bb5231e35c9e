import { nearest } from "@gantry/core/nearest"
import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"
import { patternOf } from "./pattern.ts"
import { truthOf } from "./truth.ts"

/** Wanted values by key. Values of one key are alternatives, but labels, of which a thing has many; every key must match. */
export type Filters<Key extends string> = ReadonlyMap<Key, ReadonlyArray<string>>

/** Reads the values of `--filter`, each `key=value`, and refuses keys that the command does not know. */
export const parseFilters = <Key extends string>(
  texts: ReadonlyArray<string>,
  keys: ReadonlyArray<Key>
): Result<Filters<Key>> => {
  const filters = new Map<Key, Array<string>>()
  for (const text of texts) {
    const [written, value] = keyAndValue(text)
    if (value === undefined) return bad("bad format of filter (expected name=value)")
    const word = written.trim().toLowerCase()
    const key = keys.find((each) => each === word)
    if (key === undefined) {
      const near = nearest(word, keys)
      return bad(`invalid filter '${word}'${near === undefined ? "" : ` (did you mean ${near}?)`}`)
    }
    const values = filters.get(key)
    if (values === undefined) filters.set(key, [value.trim()])
    else values.push(value.trim())
  }
  return good(filters)
}

/** Whether a thing passes filters: of labels it must have all, of every other key it must match a value. */
export const passes = <Key extends string>(
  filters: Filters<Key>,
  matches: (key: Key, value: string) => boolean
): boolean =>
  [...filters].every(([key, values]) =>
    key === "label" ? values.every((value) => matches(key, value)) : values.some((value) => matches(key, value))
  )

/** What is wrong with values that nothing can match: names are regular expressions, and `dangling` is a yes or a no. */
export const problemIn = (filters: Filters<string>): string | undefined => {
  for (const [key, values] of filters) {
    for (const value of values) {
      if (key === "name" && !patternOf(value).ok) return `invalid filter 'name=${value}': not a regular expression`
      if (key === "dangling" && truthOf(value) === undefined) return `invalid filter 'dangling=${value}'`
    }
  }
  return undefined
}
