/** A row of a listing: texts by field. Functions are for templates only. */
export type Row = { readonly [field: string]: string | ((...args: ReadonlyArray<string>) => string) }

/** One row of a listing as one line: all values are texts, fields are sorted, `<`, `>` and `&` are escaped. */
export const jsonLine = (row: Row): string => {
  const fields = Object.entries(row)
    .filter(([, value]) => typeof value === "string")
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return escapeHtml(JSON.stringify(Object.fromEntries(fields)))
}

/** Several rows, each on a line of its own. Ends with a line break unless there are none. */
export const jsonLines = (rows: ReadonlyArray<Row>): string => rows.map((row) => `${jsonLine(row)}\n`).join("")

/** Several rows as one list, for `--format jsonarray`. */
export const jsonArray = (rows: ReadonlyArray<Row>): string => `[${rows.map(jsonLine).join(",\n ")}]\n`

/** Values as `inspect` prints them: always a list, indented by four, fields in the order given. */
export const jsonPretty = (values: ReadonlyArray<unknown>): string =>
  `${escapeHtml(JSON.stringify(values, plain, 4))}\n`

/** One value on one line, with maps as records. */
export const jsonCompact = (value: unknown): string => JSON.stringify(value, plain) ?? "null"

/** Maps have no JSON form of their own. As everywhere, their keys are sorted. */
const plain = (_: string, value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(Array.from(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) : value

const escapeHtml = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
