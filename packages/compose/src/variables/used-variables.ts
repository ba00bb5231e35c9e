import { closing, nameAt } from "./substitute.ts"

/** A variable that Compose files refer to. */
export interface UsedVariable {
  readonly name: string
  /** It must have a value. */
  readonly required: boolean
  /** What stands in its place when it has none. */
  readonly usual: string
  /** What stands in its place when it has one. */
  readonly instead: string
}

/** The variables of a text, those in what stands in their places among them. What begins none is left out. */
const inText = (text: string): ReadonlyArray<UsedVariable> => {
  const found: Array<UsedVariable> = []
  let at = 0
  for (let dollar = text.indexOf("$"); dollar !== -1; dollar = text.indexOf("$", at)) {
    at = dollar + 1
    if (text[at] === "$") {
      at++
      continue
    }
    const plain = nameAt(text, at)
    if (plain !== "") {
      found.push({ name: plain, required: false, usual: "", instead: "" })
      continue
    }
    const end = text[at] === "{" ? closing(text, at) : -1
    if (end === -1) continue
    const inside = text.slice(at + 1, end)
    const name = nameAt(inside, 0)
    const [, sign, other = ""] = /^:?([-?+])(.*)$/s.exec(inside.slice(name.length)) ?? []
    at = end + 1
    if (name === "") continue
    found.push({ name, required: sign === "?", usual: sign === "-" ? other : "", instead: sign === "+" ? other : "" })
    found.push(...inText(other))
  }
  return found
}

const textsIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** The variables that data refers to, each once and sorted by name by code unit, with all that is said of them anywhere. */
export const usedVariables = (data: unknown): ReadonlyArray<UsedVariable> => {
  const found = new Map<string, UsedVariable>()
  for (const each of textsIn(data).flatMap(inText)) {
    const { instead, required, usual } = found.get(each.name) ?? each
    found.set(each.name, {
      name: each.name,
      required: required || each.required,
      usual: usual || each.usual,
      instead: instead || each.instead
    })
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
