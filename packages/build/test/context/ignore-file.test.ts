import * as Either from "effect/Either"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  canPrune,
  compileIgnoreFile,
  compilePatterns,
  decide,
  isIgnoring,
  matchOf
} from "../../src/context/ignore-file.ts"
import { slowMatch } from "./slow-match.ts"

const compile = (text: string) =>
  Either.getOrThrowWith(compileIgnoreFile(text), (found) => new Error(JSON.stringify(found)))
const ignored = (text: string, path: string) => decide(compile(text), path).ignored

const prefixes = (names: ReadonlyArray<string>) => names.map((_, index) => names.slice(0, index + 1).join("/"))

const prunes = (text: string, directory: string) => {
  const rules = compile(text)
  return canPrune(rules, directory, matchOf(rules, directory))
}

describe("an ignore file", () => {
  it.each([
    ["*.md\n!README.md", "README.md", false],
    ["!README.md\n*.md", "README.md", true],
    ["*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true],
    ["*.md", "docs/a.md", false],
    ["**/*.md", "docs/a.md", true],
    ["docs", "docs/a/b.md", true],
    ["docs/", "docs/a", true],
    ["/docs", "docs/a", true],
    ["/docs/", "docs", true],
    ["./docs//x/../y", "docs/y", true],
    ["docs", "sub/docs", false],
    ["**/docs", "sub/docs/x", true],
    ["docs\n!docs/keep", "docs/keep", false],
    ["docs\n!docs/keep", "docs/keep/below", false],
    ["docs\n!docs/keep", "docs/other", true],
    ["docs/*\n!docs/keep", "docs/keep", false],
    ["*\n!src", "src/a.ts", false],
    ["*\n!src", "lib/a.ts", true],
    ["**\n!**/*.ts", "a/b.ts", false],
    ["# docs\ndocs", "docs", true],
    ["# docs", "# docs", false],
    [" # docs", "# docs", true],
    ["  docs  ", "docs", true],
    ["! docs", "docs", false],
    ["docs\n! docs", "docs", false],
    ["", "docs", false],
    [".", "docs", false],
    ["temp?", "temp1", true],
    ["temp?", "temp", false],
    ["*/temp*", "a/temporary.txt", true],
    ["*/*/temp*", "a/b/temp/x", true],
    ["a^b", "a^b", true],
    ["\ufeffdocs", "docs", true],
    ["docs\r\nx", "docs", true]
  ])("%j on %j: %s", (text, path, expected) => expect(ignored(text, path)).toBe(expected))

  it("never leaves out the root", () => expect(ignored("*\n**\n.", "")).toBe(false))

  it("says which line decided", () => {
    const rules = compile("# c\n\ndocs\n!docs/keep\n")
    expect(decide(rules, "docs/a")).toEqual({ ignored: true, line: 3, pattern: "docs" })
    expect(decide(rules, "docs/keep/a")).toEqual({ ignored: false, line: 4, pattern: "!docs/keep" })
    expect(decide(rules, "src")).toEqual({ ignored: false })
  })

  it("reports all malformed lines with their places", () => {
    const found = Either.getOrThrow(Either.flip(compileIgnoreFile("ok\n  a[ \n!\n")))
    expect(found).toMatchObject([
      {
        code: "bad-ignore-pattern",
        source: "  a[ ",
        range: { start: { line: 2, column: 3 }, end: { line: 2, column: 5 } }
      },
      { range: { start: { line: 3, column: 1 } } }
    ])
  })

  const segment = fc.constantFrom("a", "b", "*", "?", "**", "a*", "[ab]", "[^a]", "ab")
  const pattern = fc
    .tuple(fc.boolean(), fc.array(segment, { minLength: 1, maxLength: 3 }))
    .map(([keeps, segments]) => `${keeps ? "!" : ""}${segments.join("/")}`)
  const patterns = fc.array(pattern, { maxLength: 4 })
  const path = fc.array(fc.constantFrom("a", "b", "ab", "c"), { minLength: 1, maxLength: 4 })
  it("decides as a slow reading of the rule does: the last pattern that matches the path or a parent", () => {
    fc.assert(
      fc.property(patterns, path, (all, names) => {
        let expected = false
        for (const each of all) {
          const keeps = each.startsWith("!")
          if (prefixes(names).some((prefix) => slowMatch(keeps ? each.slice(1) : each, prefix, true) === true))
            expected = !keeps
        }
        expect(decide(Either.getOrThrow(compilePatterns(all)), names.join("/")).ignored).toBe(expected)
      }),
      { numRuns: 3000 }
    )
  })

  it("prunes a directory only if everything below it is ignored", () => {
    fc.assert(
      fc.property(patterns, path, path, (all, directory, below) => {
        const rules = Either.getOrThrow(compilePatterns(all))
        const match = matchOf(rules, directory.join("/"))
        if (!isIgnoring(rules, match) || !canPrune(rules, directory.join("/"), match)) return
        for (const inside of prefixes([...directory, ...below]).slice(directory.length)) {
          expect(decide(rules, inside).ignored).toBe(true)
        }
      }),
      { numRuns: 3000 }
    )
  })

  it("prunes what usual files want pruned", () => {
    expect(prunes("node_modules\n", "node_modules")).toBe(true)
    expect(prunes("!src\nnode_modules\n", "node_modules")).toBe(true)
    expect(prunes("*\n!src\n!package.json\n", "node_modules")).toBe(true)
    expect(prunes("*\n!src/lib\n", "src")).toBe(false)
    expect(prunes("*\n!s?c/lib\n", "src")).toBe(false)
    expect(prunes("*\n!**/keep\n", "node_modules")).toBe(false)
  })
})
