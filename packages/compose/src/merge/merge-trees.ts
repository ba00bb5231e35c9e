import { pathOfField } from "../tree/path-of-field.ts"
import { type Report, sayAt } from "../tree/Report.ts"
import { isNull } from "../tree/scalars.ts"
import { type Field, type List, type Table, valueOf, type Tree } from "../tree/Tree.ts"
import type { Rule } from "./rules.ts"

/** Merges one value over another. */
export interface Merging {
  readonly path: string
  readonly rule: Rule
  readonly report: Report
  /** Tags stay, because the result overrides something else, too. */
  readonly keepTags?: boolean
}

/**
 * The overriding value over the overridden one, both in their long forms. The result has no tags, unless they are kept.
 *
 * Spec: Compose Specification, 13-merge.md.
 */
export const mergeTrees = (base: Tree, over: Tree, merging: Merging): Tree => {
  const { path, report, rule } = merging
  const result = () => (merging.keepTags === true ? over : withoutTags(over))
  if (over.tag === "override" || rule.how === "replace" || path.split(".").at(-1)?.startsWith("x-") === true)
    return result()
  if (isNull(over)) return base
  if (isNull(base)) return result()
  if (base.kind === "scalar" && over.kind === "scalar") return result()
  if (base.kind === "table" && over.kind === "table") {
    return rule.how === "driver" && otherDriver(base, over) ? result() : mergeTables(base, over, merging)
  }
  if (base.kind === "list" && over.kind === "list") return mergeLists(base, over, merging)
  sayAt(
    report,
    over.place,
    path,
    `a ${kindName(over)} cannot override the ${kindName(base)} of ${base.place.source.file}`
  )
  return result()
}

const kindName = ({ kind }: Tree) => ({ list: "list", scalar: "single value", table: "mapping" })[kind]

const otherDriver = (base: Table, over: Table): boolean => {
  const drivers = [base, over].map((table) => valueOf(table, "driver"))
  const [before, after] = drivers.map((driver) => (driver?.kind === "scalar" ? driver.text : undefined))
  return before !== undefined && after !== undefined && before !== after
}

const mergeTables = (base: Table, over: Table, merging: Merging): Table => {
  const { keepTags = false, path, rule } = merging
  const fields = new Map(base.fields)
  const set = (name: string, field: Field) => {
    fields.set(name, field)
  }
  for (const [name, { key, value }] of over.fields) {
    const before = fields.get(name)?.value ?? nothingLike(value)
    if (value.tag === "reset") {
      if (keepTags) set(name, { key, value })
      else fields.delete(name)
    } else if (rule.how === "names" && isNull(value)) {
      set(name, { key, value: keepTags ? value : withoutTags(value) })
    } else {
      const next = (Object.hasOwn(rule.fields ?? {}, name) ? rule.fields?.[name] : rule.others) ?? {}
      set(name, {
        key,
        value: mergeTrees(before, value, { ...merging, path: pathOfField(path, name), rule: next })
      })
    }
  }
  return { kind: "table", fields, place: over.place }
}

/** What has nothing in it, and which everything can be merged over. */
const nothingLike = ({ kind, place }: Tree): Tree => {
  if (kind === "list") return { kind, items: [], place }
  return kind === "table" ? { kind, fields: new Map(), place } : { kind, text: "", style: "plain", place }
}

const mergeLists = (base: List, over: List, { keepTags = false, rule }: Merging): List => {
  const items = new Map<unknown, Tree>()
  for (const item of [...base.items, ...(keepTags ? over.items : itemsWithoutTags(over))]) {
    const key = rule.key === undefined ? (item.kind === "scalar" ? item.text : undefined) : rule.key(item)
    items.set(key ?? item, item)
  }
  return { kind: "list", items: [...items.values()], place: over.place }
}

const itemsWithoutTags = ({ items }: List) => items.filter(({ tag }) => tag !== "reset").map(withoutTags)

/** A tree that overrides nothing any more: what it resets is not there, and what it overrides with is. */
export const withoutTags = (tree: Tree): Tree => {
  if (tree.kind === "scalar") return tree.tag === undefined ? tree : { ...bare(tree) }
  if (tree.kind === "list") return { ...bare(tree), items: itemsWithoutTags(tree) }
  const fields = Array.from(tree.fields).flatMap(([name, field]) =>
    field.value.tag === "reset" ? [] : [[name, { ...field, value: withoutTags(field.value) }] as const]
  )
  return { ...bare(tree), fields: new Map(fields) }
}

const bare = <A extends Tree>(tree: A): A => {
  const { tag: _, ...rest } = tree
  return rest as A
}
