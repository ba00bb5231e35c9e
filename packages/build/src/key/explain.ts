import * as Either from "effect/Either"
import { type Canonical, isList, spell, unspell } from "./canonical.ts"
import type { ListedFile } from "./file-list.ts"
import { readRecord, type RecordText } from "./record-text.ts"

/** One input of a step that is not what it was. Absent `before` or `now`: it was not there. */
export type Difference =
  /** There is no earlier record of the step. */
  | { readonly what: "first" }
  /** Another kind of instruction stands here. */
  | { readonly what: "instruction"; readonly before: string; readonly now: string }
  | { readonly what: "base"; readonly before: string; readonly now: string }
  | { readonly what: "platform"; readonly before: string; readonly now: string }
  /** The step before this one is another. */
  | { readonly what: "previous" }
  /** The stage or image that is copied from is another. */
  | { readonly what: "source" }
  /** All inputs are the same, but an earlier step ran again and its result may differ. */
  | { readonly what: "result" }
  /** All inputs are the same; what was made of them is no longer in the store. */
  | { readonly what: "gone" }
  | {
      readonly what: "env" | "arg" | "label" | "option"
      readonly name: string
      readonly before?: string
      readonly now?: string
    }
  | {
      readonly what: "file"
      readonly path: string
      readonly change: "added" | "removed" | "content" | "mode" | "type"
      readonly before?: string
      readonly now?: string
    }
  /** Any other input: `argv`, `cwd`, `user`, `dest`, `chown`… */
  | { readonly what: "input"; readonly name: string; readonly before: string; readonly now: string }

/**
 * What differs between the text of an earlier record of a step and the step as it is now, input by input. Never empty.
 */
export const explain = (before: string | undefined, now: RecordText): ReadonlyArray<Difference> => {
  const earlier = before === undefined ? undefined : readRecord(before)
  if (earlier === undefined) return [{ what: "first" }]
  const old = recordOf(earlier.facts)
  const fresh = recordOf(now.facts)
  const found: Array<Difference> = []
  if (kind(old) !== kind(fresh)) {
    found.push({ what: "instruction", before: kind(old), now: kind(fresh) })
    return [...compareParents(old["parent"], fresh["parent"]), ...found]
  }
  for (const name of new Set(["parent", ...Object.keys(old), ...Object.keys(fresh)])) {
    found.push(...(name === "change" ? compareChange(old, fresh) : compareField(name, old[name], fresh[name])))
  }
  if (isContext(old["origin"]) && isContext(fresh["origin"])) found.push(...compareFiles(earlier.files, now.files))
  if (found.length > 0) return found
  // The same files, but named by other sources: as a directory, say, and now one by one.
  if (earlier.facts !== now.facts) return [{ what: "input", name: "sources", before: "", now: "" }]
  return [{ what: earlier.on === now.on ? "gone" : "result" }]
}

/** Settings: ENV and LABEL variable by variable, all others as a whole. */
const compareChange = (old: Fields, fresh: Fields): ReadonlyArray<Difference> => {
  const name = kind(fresh)
  const what = name === "ENV" ? "env" : name === "LABEL" ? "label" : undefined
  const byName = what === undefined ? [] : compareNames(what, pairsOf(old["change"]), pairsOf(fresh["change"]))
  return byName.length > 0 ? byName : compareInput(name, old["change"], fresh["change"])
}

const pairsOf = (change: Canonical | undefined): Fields =>
  Object.fromEntries(
    change !== undefined && isList(change)
      ? change.map((pair) => (isList(pair) ? [text(pair[0]), text(pair[1])] : ["", ""]))
      : []
  )

/** A record that was read back. */
type Fields = { readonly [name: string]: Canonical }

const recordOf = (facts: string): Fields => fieldsOf(Either.getOrElse(unspell(facts), (): Canonical => ({})))

const fieldsOf = (value: Canonical | undefined): Fields => (typeof value === "object" && !isList(value) ? value : {})

const kind = (facts: Fields): string =>
  facts["instruction"] === undefined
    ? text(facts["format"])
        .replace(/^gantry\.|\.\d+$/g, "")
        .toUpperCase()
    : text(facts["instruction"])

const isContext = (origin: Canonical | undefined) => Object.hasOwn(fieldsOf(origin), "files")

const compareField = (
  name: string,
  before: Canonical | undefined,
  now: Canonical | undefined
): ReadonlyArray<Difference> => {
  switch (name) {
    case "format":
      return []
    case "parent":
      return compareParents(before, now)
    case "env":
      return compareNames("env", before, now)
    case "args":
      return compareNames("arg", before, now)
    case "options":
      return compareNames("option", before, now)
    case "origin": {
      // The files themselves are compared one by one.
      if (isContext(before) && isContext(now)) return []
      if (isContext(before) || isContext(now)) return [{ what: "source" }]
      const { tree: oldTree, ...old } = fieldsOf(before)
      const { tree, ...fresh } = fieldsOf(now)
      return [
        ...(same(oldTree, tree) ? [] : [{ what: "source" } as const]),
        ...Object.keys(fresh).flatMap((each) => compareInput(each, old[each], fresh[each]))
      ]
    }
    default:
      return compareInput(name, before, now)
  }
}

const compareInput = (
  name: string,
  before: Canonical | undefined,
  now: Canonical | undefined
): ReadonlyArray<Difference> =>
  same(before, now) ? [] : [{ what: "input", name, before: text(before), now: text(now) }]

const same = (before: Canonical | undefined, now: Canonical | undefined): boolean =>
  before === undefined || now === undefined ? before === now : spell(before) === spell(now)

const compareParents = (before: Canonical | undefined, now: Canonical | undefined): ReadonlyArray<Difference> => {
  const old = fieldsOf(before)
  const fresh = fieldsOf(now)
  if (old["step"] !== undefined || fresh["step"] !== undefined) {
    return old["step"] === fresh["step"] ? [] : [{ what: "previous" }]
  }
  const found: Array<Difference> = []
  const base = (of: typeof old) => (of["image"] === undefined ? "scratch" : text(of["image"]))
  if (base(old) !== base(fresh)) found.push({ what: "base", before: base(old), now: base(fresh) })
  const platform = (of: typeof old) => text(of["platform"] ?? of["scratch"])
  if (platform(old) !== platform(fresh)) found.push({ what: "platform", before: platform(old), now: platform(fresh) })
  return found
}

const compareNames = (
  what: "env" | "arg" | "label" | "option",
  before: Canonical | undefined,
  now: Canonical | undefined
): ReadonlyArray<Difference> => {
  const old = fieldsOf(before)
  const fresh = fieldsOf(now)
  return [...new Set([...Object.keys(old), ...Object.keys(fresh)])]
    .toSorted()
    .flatMap((name): ReadonlyArray<Difference> => {
      const was = Object.hasOwn(old, name) ? { before: text(old[name]) } : {}
      const is = Object.hasOwn(fresh, name) ? { now: text(fresh[name]) } : {}
      const isSame = "before" in was && "now" in is && was.before === is.now
      return isSame ? [] : [{ what, name, ...was, ...is }]
    })
}

const compareFiles = (before: ReadonlyArray<ListedFile>, now: ReadonlyArray<ListedFile>): ReadonlyArray<Difference> => {
  const old = new Map(before.map((file) => [file.path, file]))
  const fresh = new Map(now.map((file) => [file.path, file]))
  return [...new Set([...old.keys(), ...fresh.keys()])].toSorted().flatMap((path): ReadonlyArray<Difference> => {
    const was = old.get(path)
    const is = fresh.get(path)
    if (was === undefined) return [{ what: "file", path, change: "added" }]
    if (is === undefined) return [{ what: "file", path, change: "removed" }]
    if (was.type !== is.type) return [{ what: "file", path, change: "type", before: was.type, now: is.type }]
    const found: Array<Difference> = []
    const [oldContent, content] = [short(was.content), short(is.content)]
    if (oldContent !== content) found.push({ what: "file", path, change: "content", before: oldContent, now: content })
    if (was.mode !== is.mode)
      found.push({ what: "file", path, change: "mode", before: octal(was.mode), now: octal(is.mode) })
    return found
  })
}

const octal = (mode: number) => mode.toString(8).padStart(4, "0")
/** Records keep the beginning of a digest only. */
const short = (content: string) => content.slice(0, "sha256:".length + 16)

/** A value in few words: lists with spaces between. */
const text = (value: Canonical | undefined): string => {
  if (value === undefined) return ""
  if (typeof value !== "object") return String(value)
  if (isList(value)) return value.map(text).join(" ")
  return Object.entries(value)
    .map(([name, field]) => `${name}=${text(field)}`)
    .join(" ")
}

/** Differences in one sentence without a full stop: the first three, and how many more. */
export const describe = (differences: ReadonlyArray<Difference>): string => {
  const parts = differences.slice(0, 3).map(describeOne)
  const more = differences.length - parts.length
  return parts.join("; ") + (more > 0 ? `; and ${more} more` : "")
}

const describeOne = (difference: Difference): string => {
  switch (difference.what) {
    case "first":
      return "it was never built before"
    case "previous":
      return "the step before it changed"
    case "source":
      return "what it copies from changed"
    case "result":
      return "an earlier step was run again"
    case "gone":
      return "its earlier result is no longer in the store"
    case "file":
      return difference.change === "added" || difference.change === "removed"
        ? `${difference.path}: ${difference.change}`
        : `${difference.path}: ${difference.change} ${brief(difference.before)} → ${brief(difference.now)}`
    case "env":
    case "arg":
    case "label":
    case "option": {
      const name = `${difference.what === "option" ? "option" : difference.what.toUpperCase()} ${difference.name}`
      if (difference.before === undefined) return `${name}: new, ${brief(difference.now)}`
      if (difference.now === undefined) return `${name}: gone, it was ${brief(difference.before)}`
      return `${name}: ${brief(difference.before)} → ${brief(difference.now)}`
    }
    case "input":
      if (difference.before === difference.now) return `${difference.name} changed`
      return `${difference.name}: ${brief(difference.before)} → ${brief(difference.now)}`
    case "instruction":
    case "base":
    case "platform":
      return `${difference.what}: ${brief(difference.before)} → ${brief(difference.now)}`
  }
}

/** Digests to 12 characters, long text to 60. */
const brief = (value: string | undefined): string => {
  const plain = (value ?? "").replace(/^sha256:([0-9a-f]{12})[0-9a-f]*$/, "$1")
  const cut = plain.length > 60 ? `${plain.slice(0, 59)}…` : plain
  return /^[\w./:@+-]+$/.test(cut) ? cut : JSON.stringify(cut)
}
