import { pathOfField } from "../tree/path-of-field.ts"
import { type Report, sayAt } from "../tree/Report.ts"
import type { Environment, Tree } from "../tree/Tree.ts"
import { substitute } from "./substitute.ts"

/** Looks variables up, writes down which have no value, and pays for what they turn into. */
export const lookupIn = (environment: Environment, report: Report) => ({
  valueOf: (name: string) => environment.get(name),
  missing: (name: string) => {
    report.notices.add(`The "${name}" variable is not set. Defaulting to a blank string.`)
  },
  most: report.budget.characters
})

/** Remembers which values have variables that stay as they are. */
export const leaveAsWritten = (tree: Tree, report: Report): void => {
  if (tree.kind === "list") for (const item of tree.items) leaveAsWritten(item, report)
  else if (tree.kind === "table") for (const { value } of tree.fields.values()) leaveAsWritten(value, report)
  else if (tree.text.includes("$")) report.unclear.add(tree.place)
}

/** A tree with the variables of its values filled in; keys stay as they are. */
export const interpolate = (tree: Tree, path: string, environment: Environment, report: Report): Tree => {
  if (tree.kind === "list") {
    return {
      ...tree,
      items: tree.items.map((item, index) => interpolate(item, `${path}[${index}]`, environment, report))
    }
  }
  if (tree.kind === "table") {
    const fields = Array.from(tree.fields, ([name, field]) => {
      const value = interpolate(field.value, pathOfField(path, name), environment, report)
      return [name, { ...field, value }] as const
    })
    return { ...tree, fields: new Map(fields) }
  }
  if (!tree.text.includes("$")) return tree
  const filled = substitute(tree.text, lookupIn(environment, report))
  if ("problem" in filled) {
    sayAt(report, tree.place, path, filled.problem, filled.hint)
    report.unclear.add(tree.place)
    return tree
  }
  report.budget.characters -= filled.text.length
  return { ...tree, text: filled.text, style: "filled" }
}
