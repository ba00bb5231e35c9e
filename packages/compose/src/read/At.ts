import { didYouMean } from "./did-you-mean.ts"
import { kindOf, isNull, numberOf, truthOf } from "../tree/scalars.ts"
import { pathOfField } from "../tree/path-of-field.ts"
import { plainData } from "../tree/plain-data.ts"
import { type Report, sayAt } from "../tree/Report.ts"
import type { Field, List, Place, Tree } from "../tree/Tree.ts"

/** A value that is read, where it is, and where to complain. */
export interface At {
  readonly tree: Tree
  /** `services.web.ports[0]`. */
  readonly path: string
  readonly report: Report
  /** Where the key of a field stands. */
  readonly key?: Place
}

/** Reads a value; none when it cannot be read, which the report then says. */
export type Read<A> = (at: At) => A | undefined

/** Writes a problem with a value down. */
export const say = ({ path, report, tree }: At, message: string, hint?: string): undefined => {
  if (report.unclear.has(tree.place)) return
  sayAt(report, tree.place, path, message, hint)
}

/** Writes a problem with a whole field down, where its key stands. */
export const sayOfField = (at: At, message: string, hint?: string): undefined => {
  if (at.report.unclear.has(at.tree.place)) return
  sayAt(at.report, at.key ?? at.tree.place, at.path, message, hint)
}

/** Writes down that a value has no effect here. */
export const notice = ({ path, report }: At, sentence: string): void => {
  report.notices.add(`${path} ${sentence}`)
}

const kindName = ({ tree }: At): string =>
  tree.kind === "scalar"
    ? { boolean: "a truth value", null: "nothing", number: "a number", text: "a text" }[kindOf(tree)]
    : { list: "a list", table: "a mapping" }[tree.kind]

const wanted = (at: At, what: string, hint?: string) => say(at, `it is ${kindName(at)}, and must be ${what}`, hint)

/** A text; numbers and truth values need quotes to be one. */
export const text: Read<string> = (at) => {
  const { tree } = at
  if (tree.kind === "scalar" && kindOf(tree) === "text") return tree.text
  const quotable = tree.kind === "scalar" && !isNull(tree)
  return wanted(at, "a text", quotable ? `write it with quotes: "${tree.text}"` : undefined)
}

/** A text; an empty one is none. */
export const option: Read<string> = (at) => {
  const found = text(at)
  return found === "" ? undefined : found
}

/** A text that says something. */
export const fullText: Read<string> = (at) => {
  const found = text(at)
  return found === "" ? say(at, "it is empty") : found
}

/** A text, a number or a truth value, as text. */
export const anyText: Read<string> = (at) => {
  const { tree } = at
  if (tree.kind !== "scalar" || isNull(tree)) return wanted(at, "a text or a number")
  return kindOf(tree) === "boolean" ? tree.text.toLowerCase() : tree.text
}

/** `true` or `false`, with or without quotes. */
export const truth: Read<boolean> = (at) => {
  const found = at.tree.kind === "scalar" ? truthOf(at.tree) : undefined
  return found ?? wanted(at, "true or false")
}

/** A number, with or without quotes. */
export const number: Read<number> = (at) => {
  const { tree } = at
  const found = tree.kind === "scalar" ? numberOf(tree) : undefined
  if (found !== undefined) return found
  return tree.kind === "scalar" && kindOf(tree) === "number" ? say(at, "it is too large") : wanted(at, "a number")
}

/** A whole number that is not smaller than the least. */
export const integer =
  (least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): Read<number> =>
  (at) => {
    const found = number(at)
    if (found === undefined || (Number.isSafeInteger(found) && found >= least && found <= most)) return found
    const range = `${least > Number.MIN_SAFE_INTEGER ? ` from ${least}` : ""}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ""}`
    return say(at, `${found} is not a whole number${range}`)
  }

/** One of some words. */
export const choice =
  <Word extends string>(...words: ReadonlyArray<Word>): Read<Word> =>
  (at) => {
    const found = text(at)
    if (found === undefined) return undefined
    return words.find((word) => word === found) ?? unknownWord(at, found, words)
  }

const unknownWord = (at: At, found: string, words: ReadonlyArray<string>) => {
  const list = words.join(", ")
  return say(at, `"${found}" is not one of ${list}`, didYouMean(found, words, at.report))
}

/** The items of a list that can be read; nothing is an empty list. */
export const list =
  <A>(read: Read<A>): Read<ReadonlyArray<A>> =>
  (at) => {
    if (isNull(at.tree)) return []
    if (at.tree.kind !== "list") return wanted(at, "a list")
    return at.tree.items.flatMap((tree, index) => {
      const found = read({ ...at, tree, path: `${at.path}[${index}]` })
      return found === undefined ? [] : [found]
    })
  }

/** The fields of a mapping that can be read, by name; nothing is an empty mapping. */
export const entries =
  <A>(read: (at: At, name: string) => A | undefined): Read<{ readonly [name: string]: A }> =>
  (at) => {
    const { tree } = at
    if (isNull(tree)) return {}
    if (tree.kind === "list") return notNames(at, tree)
    if (tree.kind !== "table") return wanted(at, "a mapping")
    const found = Array.from(tree.fields).flatMap(([name, { key, value }]) => {
      const each = read({ ...at, key, tree: value, path: pathOfField(at.path, name) }, name)
      return each === undefined ? [] : [[name, each] as const]
    })
    return Object.fromEntries(found)
  }

/** A list stands where names do only if it has something else in it: those of names have become mappings. */
const notNames = (at: At, { items }: List): undefined => {
  const strange = items.flatMap((tree, index) =>
    tree.kind === "scalar" ? [] : [{ ...at, tree, path: `${at.path}[${index}]` }]
  )
  for (const each of strange) wanted(each, "a text")
  if (strange.length === 0) wanted(at, "a mapping")
}

/** The fields of a mapping, each known by name. */
export interface Fields<Name extends string> {
  /** What a field says; nothing when it is not there. */
  readonly get: (name: Name) => At | undefined
  readonly read: <A>(name: Name, read: Read<A>) => A | undefined
  /** Extension fields, as written. */
  readonly extensions: { readonly [name: string]: unknown }
}

/**
 * Opens a mapping that may have the named fields, and such as begin with `x-`; what else it has is a problem. `advice`:
 * what to do about one of which nothing else can be said.
 */
export const open = <Name extends string>(
  at: At,
  names: ReadonlyArray<Name>,
  advice: (value: Tree) => string = () => "extensions begin with x-"
): Fields<Name> => {
  const { path, report, tree } = at
  if (tree.kind !== "table" && !isNull(tree)) wanted(at, "a mapping")
  const fields = tree.kind === "table" ? tree.fields : new Map<string, Field>()
  const known: ReadonlySet<string> = new Set(names)
  for (const [name, { key, value }] of fields) {
    if (known.has(name) || name.startsWith("x-")) continue
    const hint = didYouMean(name, names, report) ?? advice(value)
    sayAt(report, key, pathOfField(path, name), `there is no attribute "${name}"`, hint)
  }
  const get = (name: Name): At | undefined => {
    const field = fields.get(name)
    if (field === undefined || isFilledWithNothing(field.value)) return undefined
    return { tree: field.value, key: field.key, path: pathOfField(path, name), report }
  }
  return {
    get,
    read: (name, read) => {
      const found = get(name)
      return found === undefined ? undefined : read(found)
    },
    extensions: Object.fromEntries(
      Array.from(fields)
        .filter(([name]) => name.startsWith("x-"))
        .map(([name, { value }]) => [name, plainData(value)])
    )
  }
}

/** A value that was a variable without a value says nothing. */
const isFilledWithNothing = (tree: Tree) => tree.kind === "scalar" && tree.style === "filled" && tree.text === ""

/** A record without the fields that have no value. */
export type Defined<A> = { readonly [K in keyof A as undefined extends A[K] ? never : K]: A[K] } & {
  readonly [K in keyof A as undefined extends A[K] ? K : never]?: Exclude<A[K], undefined>
}

/** Leaves out what has no value. */
export const defined = <A extends object>(fields: A): Defined<A> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<A>
