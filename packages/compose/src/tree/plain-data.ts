import { kindOf, numberOf, truthOf } from "./scalars.ts"
import type { Tree } from "./Tree.ts"

/** A tree as JSON has it. */
export const plainData = (tree: Tree): unknown => {
  switch (tree.kind) {
    case "list":
      return tree.items.map(plainData)
    case "table":
      return Object.fromEntries(Array.from(tree.fields, ([name, { value }]) => [name, plainData(value)]))
    case "scalar": {
      const kind = kindOf(tree)
      if (kind === "null") return null
      if (kind === "boolean") return truthOf(tree)
      // A number that is too large to be one stays a text.
      return kind === "number" ? (numberOf(tree) ?? tree.text) : tree.text
    }
  }
}
