import type { Row } from "./json.ts"

/** Lines of columns below a header, as ps(1) prints them, by the words of the header; the last column is the rest. */
export const rowsOfTable = ([header = "", ...lines]: ReadonlyArray<string>): {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<Row>
} => {
  const columns = header.trim().split(/\s+/)
  const rows = lines.map((line): Row => {
    const words = line.trim().split(/\s+/)
    const cells = [...words.slice(0, columns.length - 1), words.slice(columns.length - 1).join(" ")]
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ""]))
  })
  return { columns, rows }
}
