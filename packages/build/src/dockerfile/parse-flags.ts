import type { Draft } from "./Draft.ts"
import { nearest } from "@gantry/core/nearest"
import type { Word } from "./words.ts"

/** What kind of value a flag takes: `list` flags may be repeated, `switch` flags need no value. */
export type FlagKind = "text" | "list" | "switch"

/** The flags of one instruction; a flag that was not given is absent. `offset` is that of the whole flag. */
export interface Flags<Name extends string> {
  readonly text: (name: Name) => Word | undefined
  readonly list: (name: Name) => ReadonlyArray<Word>
  readonly on: (name: Name) => boolean | undefined
}

/** Reads the flags that an instruction knows. Unknown, repeated and malformed ones are reported. */
export const parseFlags = <Name extends string>(
  draft: Draft,
  known: { readonly [name in Name]: FlagKind }
): Flags<Name> => {
  const values = new Map<string, Array<Word>>()
  for (const flag of draft.flags) {
    const equals = flag.text.indexOf("=")
    const name = flag.text.slice(2, equals < 0 ? undefined : equals)
    const value = equals < 0 ? undefined : flag.text.slice(equals + 1)
    const kind = Object.hasOwn(known, name) ? known[name as Name] : undefined
    const at = { text: flag.text, offset: flag.offset }
    if (kind === undefined) {
      draft.error("unknown-flag", `${draft.name.text} has no flag --${name}`, { at, suggestion: suggest(name, known) })
    } else if (kind !== "list" && values.has(name)) {
      draft.error("repeated-flag", `--${name} is given more than once`, { at, suggestion: "remove one of them" })
    } else if (kind === "switch") {
      const wanted = value === undefined ? "true" : value.toLowerCase()
      if (wanted === "true" || wanted === "false") values.set(name, [{ text: wanted, offset: flag.offset }])
      else draft.error("bad-flag-value", `--${name} is true or false, not "${value}"`, { at })
    } else if (value === undefined) {
      draft.error("missing-flag-value", `--${name} needs a value`, { at, suggestion: `write --${name}=VALUE` })
    } else {
      values.set(name, [...(values.get(name) ?? []), { text: value, offset: flag.offset }])
    }
  }
  return {
    text: (name) => values.get(name)?.[0],
    list: (name) => values.get(name) ?? [],
    on: (name) => {
      const value = values.get(name)?.[0]
      return value === undefined ? undefined : value.text === "true"
    }
  }
}

const suggest = (name: string, known: object): string | undefined => {
  const names = Object.keys(known)
  const found = nearest(name, names)
  if (found !== undefined) return `did you mean --${found}?`
  return names.length === 0 ? "it takes no flags" : `it knows ${names.map((each) => `--${each}`).join(", ")}`
}
