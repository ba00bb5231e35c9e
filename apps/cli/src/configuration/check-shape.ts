import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** `a.b[0]` */
const spelled = (path: ReadonlyArray<PropertyKey>): string =>
  path.map((part, at) => (typeof part === "number" ? `[${part}]` : `${at === 0 ? "" : "."}${String(part)}`)).join("")

/** Whether one path leads on from the other. */
const leadsOn = (from: ReadonlyArray<PropertyKey>, to: ReadonlyArray<PropertyKey>): boolean =>
  to.length > from.length && from.every((part, at) => part === to[at])

/** `Expected this, actual that`, as the formatter words it. */
const parted = /^Expected (.+?), actual (.*)$/s

/** Several forms that one value does not have, as one sentence. That it may be left out as well helps nobody who has it. */
const together = (messages: ReadonlyArray<string>): ReadonlyArray<string> => {
  const parts = messages.map((message) => ({ message, found: parted.exec(message) }))
  const forms = parts.filter(({ found }) => found?.[1] !== "undefined")
  if (forms.length === 0) return messages
  const expected = forms.flatMap(({ found }) => found?.[1] ?? [])
  const actual = forms[0]?.found?.[2]
  if (actual === undefined || expected.length < forms.length) return forms.map(({ message }) => message)
  return [`Expected ${[...new Set(expected)].join(" or ")}, actual ${actual}`]
}

/**
 * A value as a schema decodes it, or what is wrong with it: a line each, the path first. Of something that may have
 * several forms, only the form that fits furthest is spoken of.
 */
export const checkShape = <Decoded, Encoded>(
  schema: Schema.Schema<Decoded, Encoded>,
  value: unknown
): Either.Either<Decoded, ReadonlyArray<string>> =>
  Either.mapLeft(Schema.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })(value), (problem) => {
    const issues = ParseResult.ArrayFormatter.formatErrorSync(problem)
    const furthest = issues.filter(({ path }) => !issues.some((other) => leadsOn(path, other.path)))
    const places = Map.groupBy(furthest, ({ path }) => spelled(path))
    return [...places].flatMap(([place, found]) =>
      together(found.map(({ message }) => message)).map((message) => (place === "" ? message : `${place}: ${message}`))
    )
  })
