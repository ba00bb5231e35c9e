import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { palette, wantsColor } from "../../src/show/color.ts"
import { jsonLine, jsonPretty } from "../../src/show/json.ts"
import { randomName } from "../../src/show/random-name.ts"
import { humanSize } from "../../src/show/size.ts"
import { alignTabs, table } from "../../src/show/table.ts"
import { columnsOf, ellipsis } from "../../src/show/text.ts"
import { ago, createdAt, humanDuration, rfc3339, rfc3339Nano } from "../../src/show/time.ts"

describe("lengths of time", () => {
  it.each([
    [0.4, "Less than a second"],
    [1, "1 second"],
    [59, "59 seconds"],
    [60, "About a minute"],
    [119, "About a minute"],
    [120, "2 minutes"],
    [3599, "59 minutes"],
    [3600, "About an hour"],
    [5400, "2 hours"],
    [47 * 3600, "47 hours"],
    [48 * 3600, "2 days"],
    [14 * 86400, "2 weeks"],
    [60 * 86400, "2 months"],
    [729 * 86400, "24 months"],
    [730 * 86400, "2 years"],
    [1100 * 86400, "3 years"]
  ])("of %d seconds are said as %s", (seconds, words) => {
    expect(humanDuration(seconds)).toBe(words)
  })

  it("are counted back from now", () => {
    expect(ago(1000, 121_000)).toBe("2 minutes ago")
  })
})

describe("instants", () => {
  it("have nine digits in logs and as few as possible elsewhere", () => {
    expect(rfc3339Nano(1_136_214_245_000_000_100n)).toBe("2006-01-02T15:04:05.000000100Z")
    expect(rfc3339(1_136_214_245_000_000_100n)).toBe("2006-01-02T15:04:05.0000001Z")
    expect(rfc3339(1_136_214_240_000_000_000n)).toBe("2006-01-02T15:04:00Z")
    expect(rfc3339Nano(-1n)).toBe("1969-12-31T23:59:59.999999999Z")
  })

  it("sort as text the way they sort in time", () => {
    const nanos = fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n })
    fc.assert(
      fc.property(nanos, fc.bigInt({ min: 1n, max: 2_000_000_000n }), (first, step) => {
        expect(rfc3339Nano(first) < rfc3339Nano(first + step)).toBe(true)
      })
    )
  })

  it("carry their zone in listings", () => {
    const millis = Date.UTC(2006, 0, 2, 15, 4, 5)
    expect(createdAt(millis, 0)).toBe("2006-01-02 15:04:05 +0000 UTC")
    expect(createdAt(millis, -210)).toBe("2006-01-02 11:34:05 -0330 -0330")
  })
})

describe("sizes", () => {
  it.each([
    [0, "0B"],
    [999, "999B"],
    [1000, "1kB"],
    [2_041_000, "2.04MB"],
    [121_300_000, "121MB"],
    [7_800_000, "7.8MB"],
    [999_900, "1MB"],
    [1_500_000_000, "1.5GB"]
  ])("of %d bytes are said as %s", (bytes, words) => {
    expect(humanSize(bytes)).toBe(words)
  })

  it("can have four digits", () => {
    expect(humanSize(12_345_678, 4)).toBe("12.35MB")
  })
})

describe("tables", () => {
  it("have columns three apart and never narrower than ten", () => {
    expect(
      table(
        ["TAG", "SIZE"],
        [
          ["v1", "1B"],
          ["a-long-tag-name", "2B"]
        ]
      )
    ).toEqual(["TAG               SIZE", "v1                1B", "a-long-tag-name   2B"])
    expect(table(["TAG", "SIZE"], [["v1", "1B"]])).toEqual(["TAG       SIZE", "v1        1B"])
    expect(table(["TAG", "SIZE"], [["v\u001b[2J1", "1\u202e\u009bB"]])).toEqual(["TAG       SIZE", "v1        1B"])
  })

  it("are cut at the width of the terminal", () => {
    expect(table(["A", "B"], [["x", "y".repeat(20)]], { width: 15 })).toEqual([
      "A         B",
      `x         ${"y".repeat(4)}…`
    ])
  })

  it("align by what is seen, not by characters", () => {
    expect(table(["A", "B"], [["日本語日本語", "x"]])).toEqual(["A              B", "日本語日本語   x"])
    expect(columnsOf("\u001b[31mred\u001b[39m")).toBe(3)
  })

  it("let a line without tabs end a column", () => {
    expect(alignTabs(["a-long-first-cell\tx", "none", "b\ty"])).toEqual([
      "a-long-first-cell   x",
      "none",
      "b         y"
    ])
  })

  it("put every cell of a column at one place", () => {
    const cell = fc.stringMatching(/^[a-z]{0,15}$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const lines = table(
          ["A", "B"],
          rows.map(([left, right]) => [left, `|${right}`])
        )
        expect(new Set(lines.slice(1).map((line) => line.indexOf("|"))).size).toBe(1)
      })
    )
  })
})

describe("ellipsis", () => {
  it("keeps what fits and marks what was cut", () => {
    expect(ellipsis("abc", 3)).toBe("abc")
    expect(ellipsis("abcd", 3)).toBe("ab…")
    expect(ellipsis("abcd", 0)).toBe("")
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.nat(30),
        (text, columns) => columnsOf(ellipsis(text, columns)) <= columns
      )
    )
  })
})

describe("JSON", () => {
  it("of a row is one sorted line of texts", () => {
    expect(jsonLine({ B: "<&>", A: "1", F: () => "" })).toBe('{"A":"1","B":"\\u003c\\u0026\\u003e"}')
  })

  it("of inspect is an indented list, with maps as records", () => {
    expect(jsonPretty([{ Id: "a<b", L: new Map([["k", 1]]) }])).toBe(
      '[\n    {\n        "Id": "a\\u003cb",\n        "L": {\n            "k": 1\n        }\n    }\n]\n'
    )
    expect(jsonPretty([])).toBe("[]\n")
  })
})

describe("colours", () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { CLICOLOR_FORCE: "1" }, true],
    [false, { CLICOLOR_FORCE: "1", NO_COLOR: "1" }, false]
  ])("on a terminal %s with %o are wanted: %s", (isTerminal, environment, wanted) => {
    expect(wantsColor({ isTerminal, environment })).toBe(wanted)
    expect(palette({ isTerminal, environment }).red("x") !== "x").toBe(wanted)
  })
})

describe("random names", () => {
  it("are valid, and change with either number and with the attempt", () => {
    // Not `fc.double`, which is next to 0 nearly always.
    const random = fc.nat({ max: 2 ** 20 - 1 }).map((part) => part / 2 ** 20)
    fc.assert(
      fc.property(random, random, fc.nat(9), (first, second, attempt) => {
        expect(randomName(first, second, attempt)).toMatch(/^[a-z]+_[a-z]+\d?$/)
      })
    )
    expect(new Set([randomName(0, 0), randomName(0.5, 0), randomName(0, 0.5), randomName(0, 0, 1)]).size).toBe(4)
  })
})
