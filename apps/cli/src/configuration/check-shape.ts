import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** `a.b[0]` */
const spelled = (path: ReadonlyArray<PropertyKey>): string =>
  path.map((part, at) => (typeof part === "number" ? `[${part}]` : `${at === 0 ? "" : "."}${String(part)}`)).join("")

/** Whether one path leads on from the other. */
const leadsOn = (from: ReadonlyArray<PropertyKey>, to: ReadonlyArray<PropertyKey>): boolean =>
  to.length > from.length && from.every((part, at) => part === to[at])

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
    const lines = issues
      .filter(({ path }) => !issues.some((other) => leadsOn(path, other.path)))
      .map(({ message, path }) => (path.length === 0 ? message : `${spelled(path)}: ${message}`))
    return [...new Set(lines)]
  })
