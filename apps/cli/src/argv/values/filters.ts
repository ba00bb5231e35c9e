import { nearest } from "@gantry/core/nearest"
import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"

/** Wanted values by key. Values of one key are alternatives; every key must match. */
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
