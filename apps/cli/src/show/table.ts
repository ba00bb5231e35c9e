import { fitColumns } from "./fit-columns.ts"
import { columnsOf, ellipsis, visibleOnly } from "./text.ts"

/** Columns stand at least this far apart, and are at least this wide including the gap: Docker's measures. */
const gap = 3
const usualWidth = 10

/** How a table is drawn. */
export interface TableOptions {
  /** Longer lines are cut at so many columns. */
  readonly width?: number
  /** Cells are cut until the lines fit into so many columns; see fit-columns.ts. */
  readonly fit?: { readonly width: number; readonly whole: ReadonlySet<number> }
  /** Columns are at least this wide, the gap included. */
  readonly leastWidth?: number
}

/**
 * Lines of a table with a header. The last column is not padded. Cells say what images and registries wish: they move no cursor. With `width`, longer lines are cut at so many columns.
 */
export const table = (
  headers: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  { fit, leastWidth = usualWidth, width = Infinity }: TableOptions = {}
): ReadonlyArray<string> => {
  const plain = [headers, ...rows].map((cells) => cells.map((cell) => visibleOnly(cell.replace(/[\t\n]/g, " "))))
  const spaceOf = (content: number) => Math.max(content + gap, leastWidth)
  const fitted = fit === undefined ? plain : fitColumns(plain, { ...fit, spaceOf })
  return alignTabs(
    fitted.map((cells) => cells.join("\t")),
    leastWidth
  ).map((line) => ellipsis(line, width))
}

/**
 * Turns tabs into spaces so that cells of neighbouring lines stand below each other. A column reaches as far as every
 * line in a row has a tab in it; what follows the last tab of a line does not count.
 */
export const alignTabs = (lines: ReadonlyArray<string>, leastWidth = usualWidth): ReadonlyArray<string> => {
  const grid = lines.map((line) => line.split("\t"))
  const widths: ReadonlyArray<Array<number>> = grid.map(() => [])
  const mostCells = Math.max(0, ...grid.map((cells) => cells.length))
  for (let column = 0; column + 1 < mostCells; column++) {
    let start = 0
    while (start < grid.length) {
      let end = start
      let width = 0
      for (; end < grid.length; end++) {
        const cells = grid[end] ?? []
        if (cells.length - 1 <= column) break
        width = Math.max(width, columnsOf(cells[column] ?? ""))
      }
      for (let row = start; row < end; row++) widths[row]?.push(Math.max(width + gap, leastWidth))
      start = end + 1
    }
  }
  return grid.map((cells, row) =>
    cells
      .map((cell, column) => {
        const width = widths[row]?.[column]
        return width === undefined ? cell : cell + " ".repeat(width - columnsOf(cell))
      })
      .join("")
  )
}
