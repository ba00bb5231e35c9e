import type { Scalar, Tree } from "./Tree.ts"

const nothing = /^(?:~|null|Null|NULL|)$/
const truth = /^(?:true|True|TRUE|false|False|FALSE)$/
const number = /^(?:[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+]?\.\d+(?:[eE][-+]?\d+)?|0o[0-7]+|0x[\da-fA-F]+)$/

/** Whether nothing is said: `null`, `~`, or nothing at all. */
export const isNull = (tree: Tree): boolean =>
  tree.kind === "scalar" && tree.style === "plain" && nothing.test(tree.text)

/** What a scalar is to YAML: text without quotes is a number or a truth value if it looks like one. */
export const kindOf = ({ style, text }: Scalar): "boolean" | "null" | "number" | "text" => {
  if (style !== "plain") return "text"
  if (nothing.test(text)) return "null"
  if (truth.test(text)) return "boolean"
  return number.test(text) ? "number" : "text"
}

/** Words that were truth values in YAML 1.1, and that files still have where one is wanted. */
const olderTruths: ReadonlyMap<string, boolean> = new Map([
  ["y", true],
  ["yes", true],
  ["on", true],
  ["n", false],
  ["no", false],
  ["off", false]
])

/** A truth value, with or without quotes. */
export const truthOf = ({ text }: Scalar): boolean | undefined =>
  truth.test(text) ? text.toLowerCase() === "true" : olderTruths.get(text.toLowerCase())

/** A number, with or without quotes; digits after a leading zero are octal only in rights, see `rightsOf`. */
export const numberOf = ({ text }: Scalar): number | undefined => {
  const value = number.test(text) ? Number(text) : Infinity
  return Number.isFinite(value) ? value : undefined
}

/**
 * Rights of a file. Without quotes it is a number of YAML, of which only those with a leading zero are octal; with
 * quotes it is always octal.
 */
export const rightsOf = ({ style, text }: Scalar): number | undefined => {
  if (/^0o?[0-7]+$/.test(text)) return inRange(Number.parseInt(text.replace("o", ""), 8))
  if (style === "plain") return /^[1-9]\d*$/.test(text) ? inRange(Number(text)) : undefined
  return /^[0-7]+$/.test(text) ? inRange(Number.parseInt(text, 8)) : undefined
}

const inRange = (rights: number) => (rights <= 0o7777 ? rights : undefined)
