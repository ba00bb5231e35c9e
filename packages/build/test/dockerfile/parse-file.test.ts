import * as Either from "effect/Either"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { diagnose } from "../../src/dockerfile/Dockerfile.ts"
import type { Instruction } from "../../src/dockerfile/Instruction.ts"
import { parse, parseTrigger } from "../../src/dockerfile/parse.ts"
import { print, printDockerfile } from "./print.ts"

const read = (text: string) => Either.getOrThrowWith(parse(text), (found) => new Error(JSON.stringify(found, null, 1)))
const after = (text: string) => read(`FROM a\n${text}`).stages[0].instructions
const printAll = (instructions: ReadonlyArray<Instruction>) => instructions.map(print)
const shape = (text: string) => read(text).stages.flatMap(({ instructions }) => printAll(instructions))
const reported = (text: string) =>
  Either.match(parse(text), { onLeft: (all) => all, onRight: ({ warnings }) => warnings })

describe("a parsed file", () => {
  it("reports all errors at once, in order, at their places, with suggestions", () => {
    const found = Either.getOrThrow(Either.flip(parse("FROM a\nRUM x\nCOPY \\\n  --chwon=1 a b\nENV a=1 b\n")))
    expect(found).toMatchObject([
      {
        code: "unknown-instruction",
        suggestion: "did you mean RUN?",
        source: "RUM x",
        range: { start: { line: 2, column: 1 } }
      },
      {
        code: "unknown-flag",
        suggestion: "did you mean --chown?",
        source: "  --chwon=1 a b",
        range: { start: { line: 4, column: 3 }, end: { line: 4, column: 12 } }
      },
      { code: "missing-equals", range: { start: { line: 5, column: 9 }, end: { line: 5, column: 10 } } }
    ])
  })

  it("keeps text and range of each instruction", () => {
    expect(after("  RUN a \\\n  b  \nCOPY <<E /x\ny\nE\n")).toMatchObject([
      { text: "RUN a   b", range: { start: { line: 2, column: 3 }, end: { line: 3, column: 4 } } },
      { text: "COPY <<E /x", range: { start: { line: 4, column: 1 }, end: { line: 6, column: 2 } } }
    ])
  })

  it("does not depend on blank lines, comments or the case of instructions", () => {
    expect(shape("FROM a\n\n# c\nrun x\n# d\n\nUsEr y\n")).toEqual(shape("FROM a\nRUN x\nUSER y"))
  })

  it("survives anything, and reports where it is", () => {
    const names = "FROM a|FROM|RUN|COPY|ADD|ENV|ARG|LABEL|HEALTHCHECK|CMD|ONBUILD|EXPOSE|VOLUME|SHELL".split("|")
    const parts = "--from=|--mount=type=|cache|<<E|<<-'E'|\nE\n|\n|\n|target=|a|/|é|😀|\ud800".split("|")
    const part = fc.constantFrom(...names, ...parts, ..."\n \t\\`\"'[]{}$=-,:#<>\ufeff\r\0")
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (pieces) => {
        const text = pieces.join("")
        const lines = text.replace(/^\ufeff/, "").split("\n")
        for (const { range, source } of reported(text)) {
          expect(range.start.line).toBeLessThanOrEqual(lines.length)
          expect(source).toBe(lines[range.start.line - 1]!.replace(/\r+$/, ""))
          expect(range.start.column).toBeLessThanOrEqual(source.length + 1)
        }
      }),
      { numRuns: 3000 }
    )
  })

  it("reads again what it has kept as text", () => {
    const word = fc.stringMatching(/^[a-z$/.{}"'-]{1,6}$/)
    const flagged = fc.constantFrom("", "--link ", "--chown=1:2 ", '--exclude="a b" ')
    const line = fc.oneof(
      fc.tuple(flagged, word, word).map(([flag, a, b]) => `COPY ${flag}${a} ${b}`),
      word.map((a) => `RUN ${a}`),
      fc.array(word, { minLength: 1, maxLength: 3 }).map((all) => `CMD ${JSON.stringify(all)}`),
      fc.tuple(word, word).map(([a, b]) => `ENV ${a}=${b}`),
      word.map((a) => `ONBUILD WORKDIR ${a}`)
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const first = parse(["FROM a", ...lines].join("\n"))
        fc.pre(Either.isRight(first))
        const [stage] = Either.getOrThrow(first).stages
        const again = read(["FROM a", ...stage.instructions.map(({ text }) => `  ${text} `)].join("\n\n"))
        expect(printAll(again.stages[0].instructions)).toEqual(printAll(stage.instructions))
      }),
      { numRuns: 500 }
    )
  })

  it("says that a foreign front end is not run, and nothing about Docker's own", () => {
    expect(reported("# syntax=docker/dockerfile:1.7-labs\nFROM a")).toEqual([])
    expect(reported("# check=skip=all\n# syntax=me/mine\nFROM a")).toMatchObject([
      { code: "foreign-syntax", severity: "warning", range: { start: { line: 2, column: 1 } } }
    ])
  })

  it("lends its lines to diagnostics that are found later", () => {
    const file = read("FROM a\nRUN x $y")
    const { range } = file.stages[0].instructions[0]!
    expect(diagnose(file, range, { severity: "warning", code: "c", message: "m" })).toMatchObject({
      source: "RUN x $y",
      range: { start: { line: 2 } }
    })
  })

  it("is printed one instruction a line", () => {
    expect(printDockerfile(read("ARG a\nFROM b AS c\nRUN d"))).toBe('(arg "a")\n(from "b" "AS" "c")\n(run "d")')
  })
})

describe("a stored trigger", () => {
  it("is read back as the instruction it was", () => {
    const [stored] = after("ONBUILD RUN --network=none <<E\na\n\nE\n")
    const { instruction, trigger } = stored as Extract<Instruction, { _tag: "OnBuild" }>
    expect(print(Either.getOrThrow(parseTrigger(trigger)))).toBe(print(instruction))
  })

  it.each(["", "FROM x", "ONBUILD RUN x", "MAINTAINER x", "NOPE", "RUN x\nRUN y", "RUN <<E\nx"])("is not %j", (text) =>
    expect(Either.isLeft(parseTrigger(text))).toBe(true)
  )
})
