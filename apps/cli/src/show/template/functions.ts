import { bad, good, type Result } from "../../argv/Result.ts"
import { jsonCompact } from "../json.ts"
import { formatted, isRecord, isTrue, noValue, printed } from "./print.ts"

/** A function that templates can call. */
export type TemplateFunction = (args: ReadonlyArray<unknown>) => Result<unknown>

/** A function over texts and numbers that cannot refuse, given as many arguments as `count` or more. */
const simple =
  (count: number, apply: (...args: ReadonlyArray<unknown>) => unknown): TemplateFunction =>
  (args) =>
    args.length < count ? bad(`wrong number of args: want ${count} got ${args.length}`) : good(apply(...args))

const text = (apply: (subject: string) => string): TemplateFunction => simple(1, (subject) => apply(printed(subject)))

const compare =
  (test: (order: number) => boolean): TemplateFunction =>
  (args) => {
    const [left, right] = args
    if (args.length !== 2) return bad(`wrong number of args: want 2 got ${args.length}`)
    if (typeof left === "number" && typeof right === "number") return good(test(left - right))
    if (typeof left === "string" && typeof right === "string")
      return good(test(left < right ? -1 : left > right ? 1 : 0))
    return bad("incompatible types for comparison")
  }

const kindOf = (value: unknown): string =>
  value === noValue || value === undefined || value === null ? "nil" : typeof value

/** Missing when the two cannot be compared. */
const same = (left: unknown, right: unknown): boolean | undefined => {
  const [kind, other] = [kindOf(left), kindOf(right)]
  if (kind === "nil" || other === "nil") return kind === other
  return kind === other && kind !== "object" ? left === right : undefined
}

const equals: TemplateFunction = ([left, ...others]) => {
  if (others.length === 0) return bad("missing argument for comparison")
  const results = new Set(others.map((other) => same(left, other)))
  return results.has(undefined) ? bad("incompatible types for comparison") : good(results.has(true))
}

const length: TemplateFunction = ([subject]) => {
  // Lists and maps that docker leaves empty are null here.
  if (subject === null || subject === undefined) return good(0)
  if (typeof subject === "string") return good(new TextEncoder().encode(subject).length)
  if (Array.isArray(subject)) return good(subject.length)
  return subject instanceof Map ? good(subject.size) : bad(`error calling len: ${printed(subject)} has no length`)
}

const index: TemplateFunction = ([subject, ...keys]) => {
  let value = subject
  for (const key of keys) {
    if (Array.isArray(value)) {
      if (typeof key !== "number" || !(key in value))
        return bad(`error calling index: index out of range: ${printed(key)}`)
      value = value[key]
    } else if (value instanceof Map) {
      // A map of texts yields an empty text for a key that it does not have.
      const absent = [...value.values()].every((each) => typeof each === "string") ? "" : noValue
      value = value.has(key) ? value.get(key) : absent
    } else if (value === noValue || value === null || value === undefined) {
      return bad("error calling index: index of untyped nil")
    } else return bad(`error calling index: can't index item of type ${isRecord(value) ? "record" : typeof value}`)
  }
  return good(value)
}

const slice: TemplateFunction = ([subject, from = 0, to]) => {
  if (typeof subject !== "string" && !Array.isArray(subject)) return bad("error calling slice: not a text or a list")
  const end = to ?? subject.length
  const fits = typeof from === "number" && typeof end === "number" && from >= 0 && from <= end && end <= subject.length
  return fits ? good(subject.slice(from, end)) : bad("error calling slice: index out of range")
}

const spaced = (...args: ReadonlyArray<unknown>): string => args.map(printed).join(" ")

/** Go adds a blank between neighbours of which neither is a text. */
const printArgs = (...args: ReadonlyArray<unknown>): string =>
  args.reduce<string>((before, each, at) => {
    const gap = at > 0 && typeof each !== "string" && typeof args[at - 1] !== "string" ? " " : ""
    return before + gap + printed(each)
  }, "")

const whole = (value: unknown): number => (typeof value === "number" && value > 0 ? Math.floor(value) : 0)

/** All functions by name, except `and` and `or`, which do not look at all of their arguments. */
export const functions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ["json", simple(1, jsonCompact)],
  [
    "join",
    simple(2, (list, separator) => (Array.isArray(list) ? list.map(printed).join(printed(separator)) : printed(list)))
  ],
  ["split", simple(2, (subject, separator) => printed(subject).split(printed(separator)))],
  ["upper", text((subject) => subject.toUpperCase())],
  ["lower", text((subject) => subject.toLowerCase())],
  ["title", text((subject) => subject.replace(/(?<![\p{L}\p{N}_'])\p{L}/gu, (letter) => letter.toUpperCase()))],
  [
    "pad",
    simple(3, (subject, before, after) => {
      const body = printed(subject)
      return body === "" ? "" : " ".repeat(whole(before)) + body + " ".repeat(whole(after))
    })
  ],
  ["truncate", simple(2, (subject, count) => printed(subject).slice(0, whole(count)))],
  ["println", simple(0, (...args) => `${spaced(...args)}\n`)],
  ["print", simple(0, printArgs)],
  ["printf", simple(1, (format, ...values) => formatted(printed(format), values))],
  ["html", text((subject) => subject.replace(/[<>&'"]/g, (letter) => `&#${letter.charCodeAt(0)};`))],
  ["urlquery", text((subject) => encodeURIComponent(subject).replaceAll("%20", "+"))],
  ["len", length],
  ["index", index],
  ["slice", slice],
  ["not", simple(1, (subject) => !isTrue(subject))],
  ["eq", equals],
  [
    "ne",
    (args) => {
      const result = equals(args.slice(0, 2))
      return result.ok ? good(result.value !== true) : result
    }
  ],
  ["lt", compare((order) => order < 0)],
  ["le", compare((order) => order <= 0)],
  ["gt", compare((order) => order > 0)],
  ["ge", compare((order) => order >= 0)]
])
