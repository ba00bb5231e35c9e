import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fitColumns } from "../../src/show/fit-columns.ts"
import { table } from "../../src/show/table.ts"
import { columnsOf } from "../../src/show/text.ts"

const spaceOf = (content: number) => Math.max(content + 3, 10)
const cells = fc.array(fc.array(fc.string({ unit: "grapheme", maxLength: 60 }), { minLength: 4, maxLength: 4 }), {
  minLength: 1,
  maxLength: 5
})

describe("columns that have to fit", () => {
  it("stay as they are when they do", () => {
    fc.assert(
      fc.property(cells, (rows) => {
        expect(fitColumns(rows, { spaceOf, whole: new Set(), width: 1000 })).toEqual(rows)
      })
    )
  })

  it("take no more than the width once each may be as short as ten, and what is kept whole is not touched", () => {
    fc.assert(
      fc.property(cells, fc.integer({ min: 49, max: 200 }), (rows, width) => {
        const narrow = rows.map(([first = "", ...rest]) => [first.slice(0, 4), ...rest])
        const fitted = fitColumns(narrow, { spaceOf, whole: new Set([0]), width })
        expect(fitted.map(([first]) => first)).toEqual(narrow.map(([first]) => first))
        for (const line of table(fitted[0] ?? [], fitted.slice(1))) expect(columnsOf(line)).toBeLessThanOrEqual(width)
      })
    )
  })

  it("are cut where they are widest", () => {
    const rows = [
      ["ID", "IMAGE", "COMMAND", "NAMES"],
      ["0123456789ab", "registry.example/a/long/name:of-an-image", '"sleep infinity"', "web"]
    ]
    expect(fitColumns(rows, { spaceOf, whole: new Set([0, 3]), width: 62 })[1]).toEqual([
      "0123456789ab",
      "registry.example/a/…",
      '"sleep infinity"',
      "web"
    ])
  })

  it("are not cut where that would not do", () => {
    const rows = [["0123456789ab", "registry.example/a/long/name:of-an-image", "web"]]
    expect(fitColumns(rows, { spaceOf, whole: new Set([0, 2]), width: 30 })).toBe(rows)
  })
})
