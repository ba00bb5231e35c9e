import { bad, good, type Result } from "../argv/Result.ts"
import { jsonArray, jsonLine, jsonLines, type Row } from "./json.ts"
import { alignTabs, table } from "./table.ts"
import { evaluate } from "./template/evaluate.ts"
import type { TemplateFunction } from "./template/functions.ts"
import { parseTemplate } from "./template/parse.ts"

/** A template that has been read and can be run many times. Problems are sentences. */
export type Template = (data: unknown) => Result<string>

const unreadable = "template parsing error: "

/** The exit status of a problem with a template, as Docker's: 64 where it cannot be read. */
export const templateStatus = (problem: string): 1 | 64 => (problem.startsWith(unreadable) ? 64 : 1)

/**
 * Reads a Go template. Records refuse fields they do not have, `Map`s yield `<no value>`; functions in records are
 * called with the arguments written after them.
 */
export const compile = (source: string): Result<Template> => {
  const body = parseTemplate(source)
  if (!body.ok) return bad(`${unreadable}${body.problem}`)
  return good((data) => {
    const result = evaluate(body.value, data)
    return result.ok ? result : bad(`template: ${source}: ${result.problem}`)
  })
}

/** Reads a template and runs it on one value, as `inspect -f` does. */
export const render = (source: string, data: unknown): Result<string> => {
  const template = compile(source)
  return template.ok ? template.value(data) : template
}

/**
 * Turns records into `Map`s wherever they stand under one of these field names, so that templates treat their keys as
 * data: `.Config.Labels.missing` is then `<no value>`, and `range` goes through them.
 */
export const withMaps = (value: unknown, names: ReadonlySet<string>): unknown => {
  if (Array.isArray(value)) return value.map((each) => withMaps(each, names))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const inner = withMaps(each, names)
      const isMap = names.has(name) && typeof inner === "object" && inner !== null && !Array.isArray(inner)
      return [name, isMap ? new Map(Object.entries(inner)) : inner]
    })
  )
}

/** A listing: rows by field, the header of each field, and the fields of the usual view in order. */
export interface Listing {
  readonly rows: ReadonlyArray<Row>
  readonly headers: { readonly [field: string]: string }
  readonly columns: ReadonlyArray<string>
  /** For `-q`: prints this field and nothing else, unless a template says otherwise. */
  readonly only?: string
  /** Lines of the usual view take no more columns than this, as far as that is possible. */
  readonly width?: number
  /** Nothing is to be cut. */
  readonly noTrunc?: boolean
  /** What docker calls the type of its rows. */
  readonly goType?: string
}

/** What people copy from a listing: a part of it is of no use. */
const keptWhole = new Set(["Container", "ID", "Name", "Names", "Repository", "Tag"])

/**
 * A listing as `--format` wants it: nothing or `table` for the usual view, `json` for one object a line, `jsonarray`,
 * `table` and a template, or a template. Ends with a line break unless there is nothing to show.
 */
export const formatListing = (format: string | undefined, listing: Listing): Result<string> => {
  const { rows, headers, columns, noTrunc = false, only, width = Infinity } = listing
  const written = (format ?? "").trim()
  if (written === "" || written === "table") {
    if (only !== undefined) return good(lines(rows.map((row) => cell(row, only))))
    const header = columns.map((field) => headers[field] ?? headerOf(field))
    const cells = rows.map((row) => columns.map((field) => cell(row, field)))
    const whole = new Set([...columns.keys()].filter((at) => keptWhole.has(columns[at] ?? "")))
    return good(lines(table(header, cells, noTrunc ? {} : { fit: { width, whole } })))
  }
  if (written === "json") return good(jsonLines(rows))
  if (written === "jsonarray") return good(jsonArray(rows))

  const isTable = /^table\s/.test(written)
  const source = unescapeFormat(isTable ? written.replace(/^table\s+/, "") : written)
  const body = parseTemplate(source)
  if (!body.ok) return bad(unread(body.problem))
  const shown: Array<string> = []
  if (isTable) {
    const header = evaluate(body.value, headerRow(headers), headerFunctions)
    if (!header.ok) return bad(`template: ${source}: ${header.problem}`)
    shown.push(header.value)
  }
  for (const row of rows) {
    const result = evaluate(body.value, row, rowFunctions(row))
    if (!result.ok) {
      const unknown = undefinedFunction(result.problem)
      return bad(unknown === undefined ? `template: ${source}: ${result.problem}` : unread(unknown))
    }
    shown.push(result.value)
  }
  return good(lines(isTable ? alignTabs(shown) : shown))
}

const unread = (problem: string): string => `failed to parse template: template: :1: ${problem}`

/** Go finds a function that there is not while it reads a template: the sentence, if it is that. */
export const undefinedFunction = (problem: string): string | undefined =>
  /function "[^"]*" not defined$/.exec(problem)?.[0]

/** Docker reads `\t` and `\n` in the text of a format as tab and line break, since shells do not. */
export const unescapeFormat = (format: string): string => format.replaceAll("\\t", "\t").replaceAll("\\n", "\n")

const lines = (texts: ReadonlyArray<string>): string => texts.map((text) => `${text}\n`).join("")

const cell = (row: Row, field: string): string => {
  const value = row[field]
  return typeof value === "string" ? value : ""
}

/** `CreatedAt` → `CREATED AT`. */
const headerOf = (field: string): string => field.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toUpperCase()

const headerRow = (headers: Listing["headers"]): Row =>
  Object.fromEntries(
    Object.entries(headers).map(([field, header]) => [
      field,
      // `Label "com.example.role"` stands in a column called role.
      field === "Label" ? (name = "") => name.replace(/^.*\./, "").replace(/[-_]/g, " ") : header
    ])
  )

const first: TemplateFunction = ([value]) => good(value)

/** Over a header, functions that would change its text do nothing. */
const headerFunctions: ReadonlyMap<string, TemplateFunction> = new Map(
  ["json", "split", "join", "title", "lower", "upper", "truncate"].map((name) => [name, first])
)

/** `{{json .}}` of a row is what `--format json` prints. */
const rowFunctions = (row: Row): ReadonlyMap<string, TemplateFunction> =>
  new Map([["json", ([value]) => good(value === row ? jsonLine(row) : JSON.stringify(value))]])
