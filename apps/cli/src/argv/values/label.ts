import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"

/** One label; a label written without `=` has an empty value. */
export interface Label {
  readonly name: string
  readonly value: string
}

/** Reads one value of `--label`. */
export const parseLabel = (text: string): Result<Label> => {
  const [name, value = ""] = keyAndValue(text)
  return name === "" ? bad(`invalid label '${text}': empty name`) : good({ name, value })
}

/** Reads the text of a `--label-file`: one label in a line, `#` at the start of a line for comments. */
export const parseLabelFile = (path: string, text: string): Result<ReadonlyArray<Label>> => {
  const labels: Array<Label> = []
  for (const raw of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const line = raw.trimStart()
    if (line === "" || line.startsWith("#")) continue
    const label = parseLabel(line)
    if (!label.ok) return bad(`invalid label file (${path}): no variable name on line '${line}'`)
    if (/\s/.test(label.value.name)) {
      return bad(`invalid label file (${path}): variable '${label.value.name}' contains whitespaces`)
    }
    labels.push(label.value)
  }
  return good(labels)
}

/** Whether labels match a filter: `name`, or `name=value`. */
export const hasLabel = (labels: { readonly [name: string]: string }, text: string): boolean => {
  const [name, value] = keyAndValue(text)
  return Object.hasOwn(labels, name) && (value === undefined || labels[name] === value)
}
