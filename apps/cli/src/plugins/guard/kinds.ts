import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import type { Kind, Known } from "./members.ts"

/** Whether a value is of a kind. Each effect is a stream as well; what is just a value may be anything. */
export const isOfKind = (value: unknown, kind: Kind): boolean => {
  if (kind === "value") return true
  if (kind === "effect") return Effect.isEffect(value)
  if (kind === "stream") return Predicate.hasProperty(value, Stream.StreamTypeId)
  return typeof value === "function"
}

/** What a value is, for a sentence. */
export const kindWords = (value: unknown): string => {
  if (Effect.isEffect(value)) return "an Effect"
  if (isOfKind(value, "stream")) return "a Stream"
  if (Predicate.isPromise(value)) return "a promise"
  if (typeof value === "function") return "a function"
  if (value === null || value === undefined) return "nothing"
  return Array.isArray(value) ? "an array" : `${typeof value === "object" ? "an" : "a"} ${typeof value}`
}

const wanted = { effect: "an Effect", stream: "a Stream" } as const

/** What a service lacks of its contract, or has as something else: the end of a sentence that begins with "its service". */
export const unfit = (service: object, { members }: Known): string | undefined => {
  const entries = Object.entries(members)
  const missing = entries.filter(([name, kind]) => !kind.endsWith("?") && !(name in service)).map(([name]) => name)
  if (missing.length > 0) return `has no ${missing.join(", ")}`
  const other = entries.flatMap(([name, spelled]) => {
    const kind = spelled.replace("?", "") as Kind
    const member: unknown = Reflect.get(service, name)
    if ((member === undefined && spelled.endsWith("?")) || isOfKind(member, kind)) return []
    const due = kind === "effect" || kind === "stream" ? wanted[kind] : "a function"
    return [`has ${kindWords(member)} for ${name}, where its contract has ${due}`]
  })
  return other[0]
}
