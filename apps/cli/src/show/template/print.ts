/** What an absent key of a map yields; it prints as `<no value>` and counts as false. */
export const noValue: unique symbol = Symbol("<no value>")

/** A value as Go prints it: texts raw, lists `[a b]`, maps `map[k:v]` in the order of keys, records `{a b}`. */
export const printed = (value: unknown): string => {
  if (typeof value === "string") return value
  if (value === noValue) return "<no value>"
  if (value === null || value === undefined) return "<nil>"
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return String(value)
  if (Array.isArray(value)) return `[${value.map(printed).join(" ")}]`
  if (value instanceof Map) {
    const entries = Array.from(value, ([key, each]) => `${printed(key)}:${printed(each)}`)
    return `map[${entries.toSorted().join(" ")}]`
  }
  return isRecord(value) ? `{${Object.values(value).map(printed).join(" ")}}` : ""
}

/** Whether a value counts as true for `if`: not false, not zero, not empty, not absent. Records always do. */
export const isTrue = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length > 0
  return value instanceof Map ? value.size > 0 : value !== noValue && Boolean(value)
}

/** A value with named fields, which is neither a list nor a map. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Map)

const verb = /%([-+# 0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])/g

/** Go's `printf` for the verbs that make sense in listings. */
export const formatted = (format: string, values: ReadonlyArray<unknown>): string => {
  let at = 0
  return format.replace(verb, (_, flags: string, width: string, precision: string | undefined, letter: string) => {
    if (letter === "%") return "%"
    if (at >= values.length) return `%!${letter}(MISSING)`
    const value = values[at++]
    const text = oneVerb(letter, value, precision, flags)
    if (text === undefined) return `%!${letter}(${printed(value)})`
    const size = Number(width)
    if (flags.includes("-")) return text.padEnd(size)
    const zeros = flags.includes("0") && typeof value === "number"
    return zeros && text.startsWith("-")
      ? `-${text.slice(1).padStart(size - 1, "0")}`
      : text.padStart(size, zeros ? "0" : " ")
  })
}

const oneVerb = (letter: string, value: unknown, precision: string | undefined, flags: string): string | undefined => {
  const sign = flags.includes("+") && typeof value === "number" && value >= 0 ? "+" : ""
  switch (letter) {
    case "v":
      return printed(value)
    case "s":
      return typeof value === "number" || typeof value === "boolean"
        ? undefined
        : printed(value).slice(0, cut(precision))
    case "q":
      return typeof value === "string" ? JSON.stringify(value) : undefined
    case "t":
      return typeof value === "boolean" ? String(value) : undefined
    case "d":
      return typeof value === "number" && Number.isInteger(value) ? sign + String(value) : undefined
    case "f":
      return typeof value === "number" ? sign + value.toFixed(Number(precision ?? "6")) : undefined
    case "x":
    case "X": {
      const hex =
        typeof value === "number"
          ? value.toString(16)
          : typeof value === "string"
            ? Array.from(new TextEncoder().encode(value), (byte) => byte.toString(16).padStart(2, "0")).join("")
            : undefined
      return letter === "X" ? hex?.toUpperCase() : hex
    }
    default:
      return undefined
  }
}

const cut = (precision: string | undefined): number | undefined =>
  precision === undefined ? undefined : Number(precision)
