import * as Either from "effect/Either"
import { expect, it } from "vitest"
import { render } from "../../src/dockerfile/Diagnostic.ts"
import { parse } from "../../src/dockerfile/parse.ts"

const [unknown] = Either.getOrThrow(Either.flip(parse("FROM a\n\tCOPPY a b\n")))

it("a diagnostic shows its place, the line, a marker and a suggestion", () => {
  expect(render("sub/Dockerfile", unknown)).toBe(
    [
      "sub/Dockerfile:2:2: error: there is no instruction COPPY",
      "   |",
      " 2 | \tCOPPY a b",
      "   | \t^^^^^",
      "   = did you mean COPY?"
    ].join("\n")
  )
})

it("a diagnostic over several lines is marked to the end of its first one", () => {
  const range = { start: { line: 10, column: 3 }, end: { line: 12, column: 2 } }
  expect(render("D", { severity: "warning", code: "x", message: "m", range, source: "ab cd " })).toBe(
    ["D:10:3: warning: m", "    |", " 10 | ab cd ", "    |   ^^^"].join("\n")
  )
})

it("a diagnostic shows no control characters of a foreign file to the terminal", () => {
  const range = { start: { line: 1, column: 1 }, end: { line: 1, column: 4 } }
  const shown = render("D", { severity: "error", code: "x", message: "no \u001b[2J", range, source: "\u001b[2J\tx" })
  expect(shown).toContain("no \ufffd[2J")
  expect(shown).not.toContain("\u001b")
})
