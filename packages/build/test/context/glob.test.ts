import * as Either from "effect/Either"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compileGlob } from "../../src/context/glob.ts"
import { slowMatch } from "./slow-match.ts"

const matches = (pattern: string, path: string, doubleStar = false) =>
  Either.match(compileGlob(pattern, { doubleStar }), { onLeft: () => "malformed", onRight: (glob) => glob(path) })

describe("a glob", () => {
  it.each([
    ["abc", "abc", true],
    ["*", "abc", true],
    ["*", "", true],
    ["*c", "abc", true],
    ["a*", "ab/c", false],
    ["a*/b", "abc/b", true],
    ["a*/b", "a/c/b", false],
    ["a*b?c*x", "abxbbxdbxebxczzx", true],
    ["a*b?c*x", "abxbbxdbxebxczzy", false],
    ["ab[c]", "abc", true],
    ["ab[b-d]", "abc", true],
    ["ab[^c]", "abc", false],
    ["ab[^e-g]", "abc", true],
    ["[[]a", "[a", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "axb", false],
    ["a?b", "a☺b", true],
    ["a?b", "a😀b", true],
    ["a[^a]b", "a☺b", true],
    ["a???b", "a☺b", false],
    ["a?b", "a/b", false],
    ["[a-ζ]*", "α", true],
    ["[\\]a]", "]", true],
    ["[\\-]", "-", true],
    ["[x\\-]", "-", true],
    ["[!a]", "!", true],
    ["a.b", "axb", false],
    ["(a|b)+$^{2}", "(a|b)+$^{2}", true],
    ["a-b*", "a-bc", true],
    ["*.txt", ".txt", true],
    ["[b-a]", "a", false],
    ["[^b-a]", "a", true]
  ])("%s on %s: %s", (pattern, path, expected) => expect(matches(pattern, path)).toBe(expected))

  it.each(["[", "[]", "[]a]", "[-]", "[x-]", "[-x]", "[^", "[^]", "[a", "[a-", "a[", "a\\", "[a\\"])(
    "%s is malformed",
    (pattern) => expect(matches(pattern, "a")).toBe("malformed")
  )

  it.each([
    ["**", "a/b", true],
    ["**/a", "a", true],
    ["**/a", "b/c/a", true],
    ["**/a", "ba", false],
    ["a/**", "a/b/c", true],
    ["a/**", "a", false],
    ["a/**/b", "a/b", true],
    ["a/**/b", "a/x/y/b", true],
    ["**/*.go", "x/y.go", true],
    ["**.txt", "x/y.txt", true],
    ["**.txt", "y.txt", true],
    ["a**b", "ax/b", true],
    ["a**b", "axb", false],
    ["**/a/**", "x/a/y", true],
    ["**/a/**", "x/b/y", false],
    ["a/***", "a/b", true],
    // Found by the comparison below: an escape takes the suffix's special meaning away.
    ["**\\a", "aa", false],
    ["**\\a", "x/a", true]
  ])("with double stars, %s on %s: %s", (pattern, path, expected) =>
    expect(matches(pattern, path, true)).toBe(expected)
  )

  it("agrees with a slow and plain matcher", () => {
    const character = fc.constantFrom("a", "b", "c", "/", "-", ".", "]", "😀")
    const part = fc.oneof(
      character,
      fc.constantFrom("*", "?", "**", "**/", "[a-b]", "[^a]", "[c\\]]", "\\*", "\\a", "[")
    )
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 6 }).map((parts) => parts.join("")),
        fc.array(character, { maxLength: 6 }).map((parts) => parts.join("")),
        fc.boolean(),
        (pattern, path, doubleStar) => {
          expect(matches(pattern, path, doubleStar)).toBe(slowMatch(pattern, path, doubleStar))
        }
      ),
      { numRuns: 5000 }
    )
  })

  it("agrees with it on patterns of many stars", () => {
    const part = fc.constantFrom("*", "*", "**", "**/", "?", "a", "b", "/", "[^a]")
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 5, maxLength: 8 }).map((parts) => parts.join("")),
        fc.array(fc.constantFrom("a", "b", "/"), { maxLength: 7 }).map((parts) => parts.join("")),
        fc.boolean(),
        (pattern, path, doubleStar) => {
          expect(matches(pattern, path, doubleStar)).toBe(slowMatch(pattern, path, doubleStar))
        }
      ),
      { numRuns: 3000 }
    )
  })

  it("comes to an end whatever the pattern", () => {
    expect(matches(`${"*a".repeat(8)}*b`, "a".repeat(60))).toBe(false)
    expect(matches(`${"**/a/".repeat(8)}b`, "a/".repeat(60), true)).toBe(false)
  })

  it("matches what it was made from", () => {
    const name = fc.stringMatching(/^[a-c./😀]{0,8}$/u)
    fc.assert(
      fc.property(name, fc.nat(8), (path, at) => {
        const characters = [...path]
        const star = [...characters.slice(0, at), "*", ...characters.slice(at)].join("")
        expect(matches(star, path)).toBe(true)
        const one = characters.map((each, index) => (index === at && each !== "/" ? "?" : each)).join("")
        expect(matches(one, path)).toBe(true)
      })
    )
  })
})
