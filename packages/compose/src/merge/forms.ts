import type { Report } from "../tree/Report.ts"
import { isNull } from "../tree/scalars.ts"
import { type Field, type Place, type Scalar, tableAt, textAt, type Tree } from "../tree/Tree.ts"

/** Makes the long form of a value; what it does not understand stays, for the reader to complain about. */
export type Form = (tree: Tree, report: Report) => Tree

/** What stands where a name has no value. */
export const nothingAt = (place: Place): Scalar => ({ kind: "scalar", text: "", style: "plain", place })

/** `NAME=value` and `NAME` as fields of a table. */
export const pairs: Form = (tree) => {
  if (tree.kind !== "list") return tree
  const fields = new Map<string, Field>()
  for (const item of tree.items) {
    if (item.kind !== "scalar") return tree
    const equals = item.text.indexOf("=")
    const name = equals === -1 ? item.text : item.text.slice(0, equals)
    const text = item.text.slice(equals + 1)
    const value = equals === -1 ? nothingAt(item.place) : { ...item, text, style: "quoted" as const }
    fields.set(name, { value, key: item.place })
  }
  return { ...tree, kind: "table", fields }
}

/** One value as a list of one. */
export const listed: Form = (tree) =>
  tree.kind === "scalar" && !isNull(tree)
    ? { kind: "list", items: [tree], place: tree.place, ...(tree.tag !== undefined && { tag: tree.tag }) }
    : tree

/** `name: value` as `name=value`; a name may have several values. */
export const joined: Form = (tree) => {
  if (tree.kind !== "table") return tree
  const items: Array<Tree> = []
  for (const [name, { key, value }] of tree.fields) {
    for (const each of value.kind === "list" ? value.items : [value]) {
      if (each.kind !== "scalar") return tree
      items.push(textAt(each.text === "" ? name : `${name}=${each.text}`, key))
    }
  }
  return { ...tree, kind: "list", items }
}

/** Names as fields of a table. */
export const named =
  (value: (place: Place) => Tree): Form =>
  (tree) => {
    if (tree.kind !== "list") return tree
    const fields = new Map<string, Field>()
    for (const item of tree.items) {
      if (item.kind !== "scalar") return tree
      fields.set(item.text, { value: value(item.place), key: item.place })
    }
    return { ...tree, kind: "table", fields }
  }

/** Each item of a list in its long form, which may be several. */
export const itemsAs =
  (long: (item: Scalar, report: Report) => ReadonlyArray<Tree>): Form =>
  (tree, report) =>
    tree.kind === "list"
      ? { ...tree, items: tree.items.flatMap((item) => (item.kind === "scalar" ? long(item, report) : [item])) }
      : tree

/** Each item of a list in the long form that all of them have. */
export const eachAs =
  (form: Form): Form =>
  (tree, report) =>
    tree.kind === "list" ? { ...tree, items: tree.items.map((item) => form(item, report)) } : tree

/** A single text under the name of a field. */
export const under =
  (name: string) =>
  (item: Scalar): ReadonlyArray<Tree> => [tableAt(item.place, { [name]: item })]

/** Each field of a table in its long form. */
export const fieldsAs =
  (forms: { readonly [name: string]: Form }): Form =>
  (tree, report) =>
    changed(tree, (name, value) => (Object.hasOwn(forms, name) ? (forms[name]?.(value, report) ?? value) : value))

/** Every value of a table in its long form. */
export const valuesAs =
  (form: Form): Form =>
  (tree, report) =>
    changed(tree, (_, value) => form(value, report))

const changed = (tree: Tree, change: (name: string, value: Tree) => Tree): Tree =>
  tree.kind === "table"
    ? {
        ...tree,
        fields: new Map(
          Array.from(tree.fields, ([name, field]) => [name, { ...field, value: change(name, field.value) }])
        )
      }
    : tree
