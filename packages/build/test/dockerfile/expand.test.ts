import * as Either from "effect/Either"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { expandHeredoc, expandPairs, expandWord, expandWords } from "../../src/dockerfile/expand.ts"

const variables: { readonly [name: string]: string } = {
  foo: "bar",
  empty: "",
  spaced: "one  two",
  path: "/usr/local/lib/libfoo.so.1",
  star: "a*b",
  lines: "a\nb",
  "1": "first",
  été: "summer"
}
const lookup = (name: string) => (Object.hasOwn(variables, name) ? variables[name] : undefined)
const expand = (word: string, escape: "\\" | "`" = "\\") =>
  Either.match(expandWord(word, lookup, { escape }), {
    onLeft: ({ message, reason }) => ({ reason, message }),
    onRight: ({ value }) => value
  })

describe("expanding a word", () => {
  it.each([
    ["plain", "plain"],
    ["$foo", "bar"],
    ["${foo}", "bar"],
    ["a${foo}b", "abarb"],
    ["$foo.txt", "bar.txt"],
    ["$nope", ""],
    ["${nope}", ""],
    ["$", "$"],
    ["a$", "a$"],
    ["$.", "$."],
    ["$1st", "firstst"],
    ["$été", "summer"],
    ["$foo$foo", "barbar"],
    ["\\$foo", "$foo"],
    ["\\\\$foo", "\\bar"],
    ["'$foo'", "$foo"],
    ['"$foo"', "bar"],
    ['"\\$foo"', "$foo"],
    ['"a\\b\\"c"', 'a\\b"c'],
    ["'a\\b'", "a\\b"],
    ["a\\ b", "a b"],
    ["a b", "a b"],
    ["he'llo 'wor\"ld\"", "hello world"],
    ['"it\'s"', "it's"],
    ["a\\", "a"],
    ["", ""],
    ["''", ""],
    ["$spaced", "one  two"]
  ])("reads %j as %j", (word, value) => expect(expand(word)).toBe(value))

  it.each([
    ["${nope:-w}", "w"],
    ["${empty:-w}", "w"],
    ["${foo:-w}", "bar"],
    ["${nope-w}", "w"],
    ["${empty-w}", ""],
    ["${nope:+w}", ""],
    ["${empty:+w}", ""],
    ["${foo:+w}", "w"],
    ["${nope+w}", ""],
    ["${empty+w}", "w"],
    ["${foo:?no}", "bar"],
    ["${empty?no}", ""],
    ["${nope:-${foo}}", "bar"],
    ["${nope:-${no2:-$foo/x}}", "bar/x"],
    ["${nope:-'a $foo'}", "a $foo"],
    ['${nope:-"a $foo"}', "a bar"],
    ["${nope:-a\\}b}", "a}b"],
    ["${nope:-}", ""]
  ])("chooses in %j: %j", (word, value) => expect(expand(word)).toBe(value))

  it.each([
    ["${path#*/}", "usr/local/lib/libfoo.so.1"],
    ["${path##*/}", "libfoo.so.1"],
    ["${path%/*}", "/usr/local/lib"],
    ["${path%%/*}", ""],
    ["${path%.?}", "/usr/local/lib/libfoo.so"],
    ["${path%%.*}", "/usr/local/lib/libfoo"],
    ["${path#nope}", "/usr/local/lib/libfoo.so.1"],
    ["${path/lib/LIB}", "/usr/local/LIB/libfoo.so.1"],
    ["${path//lib/LIB}", "/usr/local/LIB/LIBfoo.so.1"],
    ["${path//\\//_}", "_usr_local_lib_libfoo.so.1"],
    ["${path/\\/*\\//X}", "Xlibfoo.so.1"],
    ["${star/\\*/-}", "a-b"],
    ["${star#a\\*}", "b"],
    ["${foo//?/x}", "xxx"],
    ["${foo/$foo/$path}", "/usr/local/lib/libfoo.so.1"],
    ["${lines#*b}", "a\nb"],
    ["${lines#a?b}", "a\nb"],
    ["${lines//[ab]/x}", "a\nb"],
    ["${nope#x}", ""]
  ])("cuts and replaces in %j: %j", (word, value) => expect(expand(word)).toBe(value))

  it.each([
    ["${nope:?it is needed}", "unset", "nope: it is needed"],
    ["${nope?}", "unset", "nope: is not allowed to be unset"],
    ["${empty:?}", "unset", "empty: is not allowed to be empty"],
    ["${", "syntax", "missing } in the substitution"],
    ["${foo", "syntax", "missing } in the substitution of foo"],
    ["${foo:", "syntax", "missing } in the substitution of foo"],
    ["${foo:-x", "syntax", "missing } in the substitution"],
    ["${}", "syntax", "bad substitution"],
    ["${:-x}", "syntax", "bad substitution"],
    ["${foo!x}", "syntax", "unsupported modifier (!) in the substitution of foo"],
    ["${foo:%x}", "syntax", "unsupported modifier (:%) in the substitution of foo"],
    ["${foo:#x}", "syntax", "unsupported modifier (:#) in the substitution of foo"],
    ["'open", "syntax", "a single quote is not closed"],
    ['"open', "syntax", "a double quote is not closed"],
    ["${foo#\\x}", "pattern", "invalid escape \\x in the pattern \\x"]
  ])("refuses %j", (word, reason, message) => expect(expand(word)).toEqual({ reason, message }))

  it("escapes with a backtick when the file says so", () => {
    expect(expand("c:\\$foo`$foo", "`")).toBe("c:\\bar$foo")
    expect(expand('"a`"b\\"', "`")).toBe('a"b\\')
  })

  it("says which variables had a part in it, and which were missed", () => {
    const result = Either.getOrThrow(expandWord("$foo ${nope} ${other:-$deep} '$quoted'", lookup))
    expect([...result.used].toSorted()).toEqual(["deep", "foo", "nope", "other"])
    expect([...result.unset].toSorted()).toEqual(["deep", "nope"])
  })

  it("refuses nesting that would exhaust the stack", () => {
    expect(expand(`${"${a:-".repeat(50_000)}x${"}".repeat(50_000)}`)).toMatchObject({ reason: "syntax" })
  })

  it("never throws, and leaves words without special characters alone", () => {
    const part = fc.constantFrom(
      "$",
      "{",
      "}",
      "foo",
      "empty",
      ":",
      "-",
      "+",
      "?",
      "#",
      "%",
      "/",
      "'",
      '"',
      "\\",
      " ",
      "*",
      "é",
      "😀"
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const word = parts.join("")
        const { value } = Either.getOrElse(expandWord(word, lookup), () => ({ value: "" }))
        expect(value === word || /[$'"\\]/.test(word)).toBe(true)
        expect(Either.isEither(expandWords(word, lookup))).toBe(true)
        expect(Either.isEither(expandHeredoc(word, lookup))).toBe(true)
      }),
      { numRuns: 3000 }
    )
  })

  it("gives back any text that was put in single quotes", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const quoted = `'${text.replaceAll("'", `'"'"'`)}'`
        expect(Either.getOrThrow(expandWord(quoted, lookup)).value).toBe(text)
      })
    )
  })
})

const words = (word: string) => Either.getOrThrow(expandWords(word, lookup)).value

describe("expanding to words", () => {
  it.each([
    ["$spaced", ["one", "two"]],
    ['"$spaced"', ["one  two"]],
    ["a\\ b c", ["a b", "c"]],
    ["x$spaced", ["xone", "two"]],
    ["$nope", []],
    ["''", []],
    ["80 $foo", ["80", "bar"]]
  ])("cuts %j into %j", (word, value) => expect(words(word)).toEqual(value))
})

describe("a variable that grows", () => {
  const grown = (word: string, value: string) => expandWord(word, (name) => (name === "a" ? value : undefined))
  const tooLong = { reason: "syntax", message: "its variables come to more than 1048576 characters" }

  it("is refused before it fills the memory", () => {
    const long = "x".repeat(200_000)
    expect(Either.getOrThrow(grown("$a$a$a", long)).value).toHaveLength(600_000)
    for (const word of ["$a$a$a$a$a$a", '"$a$a$a$a$a$a"', "${b:-$a$a$a}$a", "${a//?/yyyyyyyyyy}"]) {
      expect(Either.getOrThrow(Either.flip(grown(word, long)))).toMatchObject(tooLong)
    }
  })

  it("is refused before a replacement has become longer than a text can be", () => {
    const long = "x".repeat(100_000)
    expect(Either.getOrThrow(Either.flip(grown("${a//?/$a}", long)))).toMatchObject(tooLong)
  })
})

describe("expanding a heredoc", () => {
  it("keeps quotes, replaces variables, and lets a backslash escape", () => {
    const { value } = Either.getOrThrow(expandHeredoc(`"$foo" '$foo' \\$foo it's\n`, lookup))
    expect(value).toBe(`"bar" 'bar' $foo it's\n`)
  })
})

describe("expanding pairs", () => {
  it("lets no pair see another", () => {
    const pairs = [
      { name: "foo", value: "2" },
      { name: "b", value: "$foo" }
    ]
    expect(Either.getOrThrow(expandPairs(pairs, lookup)).value).toEqual([
      { name: "foo", value: "2" },
      { name: "b", value: "bar" }
    ])
  })
})
