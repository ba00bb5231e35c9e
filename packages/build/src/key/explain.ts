import type { CacheRecord } from "@gantry/core/store/BuildCache"
import { coverLogins } from "@gantry/core/logins"
import * as Either from "effect/Either"
import { type Canonical, isList, spell, unspell } from "./canonical.ts"
import type { Cause, Difference } from "./Cause.ts"
import type { ListedFile } from "./file-list.ts"
import { readRecord, type RecordText } from "./record-text.ts"

/** A step with what its key was made of, now or when it was recorded. */
export interface Told extends RecordText {
  /** In one line, as written. */
  readonly instruction: string
}

/**
 * What differs between an earlier record of a step and the step as it is now, input by input.
 *
 * Of equal inputs it says whether the ground was another (`rerun`) or not (`gone`); what cannot be read is `damaged`.
 */
export const explain = (before: Pick<CacheRecord, "facts" | "instruction">, now: Told): Cause => {
  const earlier = readRecord(before.facts)
  if (earlier === undefined) return { kind: "damaged" }
  // What was recorded once may hold passwords of addresses.
  const [first, ...others] = differences({ ...earlier, instruction: coverLogins(before.instruction) }, now).map(covered)
  if (first !== undefined) return others.length === 0 ? first : { ...first, others }
  return { kind: earlier.on === now.on ? "gone" : "rerun" }
}

const covered = (difference: Difference): Difference => {
  const { before, now } = { before: undefined, now: undefined, ...difference }
  return {
    ...difference,
    ...(before === undefined ? {} : { before: coverLogins(before) }),
    ...(now === undefined ? {} : { now: coverLogins(now) })
  }
}

/** Every input that differs; none only for equal facts. The text of the instruction stands for all that it says. */
const differences = (earlier: Told, now: Told): ReadonlyArray<Difference> => {
  const old = recordOf(earlier.facts)
  const fresh = recordOf(now.facts)
  const parents = compareParents(old["parent"], fresh["parent"])
  // The step before this one was found in the cache, or this one would only follow: that another build had another one
  // there explains nothing as long as something else does.
  const grounds = parents.filter((each) => each.kind !== "parent")
  const rewritten: ReadonlyArray<Difference> =
    earlier.instruction === now.instruction
      ? []
      : [{ kind: "instruction", before: earlier.instruction, now: now.instruction }]
  if (kind(old) !== kind(fresh)) return [...grounds, ...rewritten]
  const found: Array<Difference> = [...grounds]
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].filter((name) => name !== "parent")
  const own = names.flatMap((name) =>
    name === "change" ? compareChange(old, fresh) : compareField(name, old[name], fresh[name])
  )
  // What the instruction itself says is told by its text; a variable that it sets or sees is worth its own line.
  const isSaid = (each: Difference): boolean => each.kind === "input" && says(each.name)
  const isTold = own.some(isSaid) && rewritten.length > 0
  if (isTold) found.push(...rewritten)
  found.push(...own.filter((each) => !(isTold && isSaid(each))))
  const mounted = [...listOf(old["mounts"]), ...listOf(fresh["mounts"])].map((mount) => fieldsOf(mount)["origin"])
  if ((isContext(old["origin"]) && isContext(fresh["origin"])) || mounted.some(isContext))
    found.push(...compareFiles(earlier.files, now.files))
  if (found.length > 0) return found
  if (earlier.facts === now.facts) return []
  // The same files, but named by other sources: as a directory, say, and now one by one.
  if (parents.length > 0) return parents
  return rewritten.length > 0 ? rewritten : [{ kind: "input", name: "sources", before: "", now: "" }]
}

/** Inputs that are what the instruction says, and not what surrounds it. Settings are named by their instruction. */
const says = (name: string): boolean =>
  ["argv", "files", "inline", "dest", "chown", "chmod", "path", "sources", "exclude", "parents", "archives"].includes(
    name
  ) ||
  name.startsWith("mount ") ||
  name === name.toUpperCase()

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
    case "instruction":
      return []
    case "env":
      return compareNames("env", before, now)
    case "args":
      return compareNames("arg", before, now)
    case "options":
      return compareNames("option", before, now)
    case "origin": {
      // The files themselves are compared one by one.
      if (isContext(before) && isContext(now)) return []
      if (isContext(before) || isContext(now)) return [{ kind: "source" }]
      const [oldContent, content] = [fieldsOf(before)["content"], fieldsOf(now)["content"]]
      if (oldContent !== undefined && content !== undefined)
        return same(oldContent, content) ? [] : [{ kind: "source" }]
      // That builds cut off early, or no longer, is said of what they stand on.
      if (oldContent !== undefined || content !== undefined) return []
      const { tree: oldTree, ...old } = fieldsOf(before)
      const { tree, ...fresh } = fieldsOf(now)
      return [
        ...(same(oldTree, tree) ? [] : [{ kind: "source" } as const]),
        ...Object.keys(fresh).flatMap((each) => compareInput(each, old[each], fresh[each]))
      ]
    }
    case "mounts":
      return compareMounts(listOf(before), listOf(now))
    default:
      return compareInput(name, before, now)
  }
}

const listOf = (value: Canonical | undefined): ReadonlyArray<Canonical> =>
  value !== undefined && isList(value) ? value : []

/** Mount by mount, by their targets. The files of the context that are seen through them are compared one by one. */
const compareMounts = (before: ReadonlyArray<Canonical>, now: ReadonlyArray<Canonical>): ReadonlyArray<Difference> => {
  const byTarget = (mounts: ReadonlyArray<Canonical>) =>
    new Map(mounts.map((mount) => [`mount ${text(fieldsOf(mount)["target"]) || text(fieldsOf(mount)["id"])}`, mount]))
  const old = byTarget(before)
  const fresh = byTarget(now)
  return [...new Set([...old.keys(), ...fresh.keys()])].toSorted().flatMap((name): ReadonlyArray<Difference> => {
    const { origin: oldOrigin, ...was } = fieldsOf(old.get(name))
    const { origin, ...is } = fieldsOf(fresh.get(name))
    if (!same(was, is)) return compareInput(name, was, is)
    if (same(oldOrigin, origin) || (isContext(oldOrigin) && isContext(origin))) return []
    return [{ kind: "mount", name: name.slice("mount ".length) }]
  })
}

const compareInput = (
  name: string,
  before: Canonical | undefined,
  now: Canonical | undefined
): ReadonlyArray<Difference> =>
  same(before, now) ? [] : [{ kind: "input", name, before: text(before), now: text(now) }]

const same = (before: Canonical | undefined, now: Canonical | undefined): boolean =>
  before === undefined || now === undefined ? before === now : spell(before) === spell(now)

const compareParents = (before: Canonical | undefined, now: Canonical | undefined): ReadonlyArray<Difference> => {
  const old = fieldsOf(before)
  const fresh = fieldsOf(now)
  const [oldLayers, layers] = [old["layers"], fresh["layers"]]
  if ((oldLayers === undefined) !== (layers === undefined)) {
    const said = (each: Canonical | undefined) => (each === undefined ? "off" : "on")
    return [{ kind: "input", name: "--early-cutoff", before: said(oldLayers), now: said(layers) }]
  }
  if (old["step"] !== undefined || fresh["step"] !== undefined) {
    return old["step"] === fresh["step"] ? [] : [{ kind: "parent" }]
  }
  const found: Array<Difference> = []
  const base = (of: typeof old) => text(of["image"] ?? of["layers"] ?? "scratch")
  if (base(old) !== base(fresh)) found.push({ kind: "base", before: base(old), now: base(fresh) })
  const platform = (of: typeof old) => text(of["platform"] ?? of["scratch"])
  if (platform(old) !== platform(fresh)) found.push({ kind: "platform", before: platform(old), now: platform(fresh) })
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
      return isSame ? [] : [{ kind: what, name, ...was, ...is }]
    })
}

const compareFiles = (before: ReadonlyArray<ListedFile>, now: ReadonlyArray<ListedFile>): ReadonlyArray<Difference> => {
  const old = new Map(before.map((file) => [file.path, file]))
  const fresh = new Map(now.map((file) => [file.path, file]))
  return [...new Set([...old.keys(), ...fresh.keys()])].toSorted().flatMap((path): ReadonlyArray<Difference> => {
    const was = old.get(path)
    const is = fresh.get(path)
    if (was === undefined) return [{ kind: "file", path, change: "added" }]
    if (is === undefined) return [{ kind: "file", path, change: "removed" }]
    if (was.type !== is.type) return [{ kind: "file", path, change: "type", before: was.type, now: is.type }]
    const found: Array<Difference> = []
    if (is.type === "symlink") {
      if (was.content !== is.content)
        found.push({ kind: "file", path, change: "target", before: was.content, now: is.content })
    } else if (short(was.content) !== short(is.content)) {
      found.push({ kind: "file", path, change: "content", before: short(was.content), now: short(is.content) })
    }
    if (was.mode !== is.mode)
      found.push({ kind: "file", path, change: "mode", before: octal(was.mode), now: octal(is.mode) })
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
