import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseDotenv, parseRawEnv } from "@gantry/compose/variables/dotenv"
import { substitute } from "@gantry/compose/variables/substitute"

const known: Record<string, string> = { A: "one", EMPTY: "", LONG_NAME: "x", _: "u" }

const lookup = (values: Record<string, string>, missing: Array<string> = [], most = 1000) => ({
  valueOf: (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined),
  missing: (name: string) => {
    missing.push(name)
  },
  most
})

const fill = (text: string) => substitute(text, lookup(known))

describe("substitute", () => {
  it.each([
    ["no variable", "no variable"],
    ["$A-$LONG_NAME.$_", "one-x.u"],
    ["${A}b", "oneb"],
    ["$$A $$$A", "$A $one"],
    ["${A:-d} ${EMPTY:-d} ${NONE:-d}", "one d d"],
    ["${A-d}|${EMPTY-d}|${NONE-d}", "one||d"],
    ["${A:+r}|${EMPTY:+r}|${NONE:+r}", "r||"],
    ["${A+r}|${EMPTY+r}|${NONE+r}", "r|r|"],
    ["${A:?e}|${EMPTY?e}", "one|"],
    ["${NONE:-${EMPTY:-${A}}}", "one"],
    ["${NONE:-a:b-c?d}", "a:b-c?d"],
    ['${NONE:-{"a": {}}}', '{"a": {}}'],
    ["${NONE:-$$x}", "$x"],
    ["${A:-${", undefined],
    ["a}b{", "a}b{"]
  ])("turns %j into %j", (text, expected) => {
    expect("text" in fill(text) ? fill(text) : { text: undefined }).toEqual({ text: expected })
  })

  it("tells of variables without a value or a default, and only of those that are looked at", () => {
    const missing: Array<string> = []
    expect(substitute("$X ${Y} ${Z:-$W} ${A:-$V} ${U:+$T}", lookup(known, missing))).toEqual({ text: "   one " })
    expect(missing).toEqual(["X", "Y", "W"])
  })

  it.each(["$", "a$ b", "$1", "${}", "${A", "${1}", "${A!x}", "${A:x}"])("refuses %j", (text) => {
    expect(fill(text)).toMatchObject({ hint: "write $$ for a dollar sign" })
  })

  it("says which variable is required, and why", () => {
    expect(fill("${EMPTY:?say $A}")).toEqual({ problem: "the variable EMPTY is required and has no value: say one" })
    expect(fill("${NONE?}")).toEqual({ problem: "the variable NONE is required and has no value" })
  })

  it("gives up on what becomes too long, and on defaults in defaults without end", () => {
    expect(substitute("$A".repeat(1000), lookup(known, [], 100))).toHaveProperty("problem")
    expect(fill("${X:-".repeat(5000) + "}".repeat(5000))).toHaveProperty("problem")
  })

  it("leaves any text alone whose dollar signs are doubled", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(fill(text.replaceAll("$", "$$$$"))).toEqual({ text })
      })
    )
  })
})

const dotenv = (text: string, given: Record<string, string> = {}) => {
  const parsed = parseDotenv(text, lookup(given))
  return "problem" in parsed ? parsed : Object.fromEntries(parsed.variables)
}

describe("parseDotenv", () => {
  it.each([
    ["A=1\nB = 2\n  C=3", { A: "1", B: "2", C: "3" }],
    ["\uFEFFA=1\r\nB=2\r\n", { A: "1", B: "2" }],
    ["export A=1\nexportB=2\nexport\tC=3", { A: "1", exportB: "2", C: "3" }],
    ["# note\n\n  # more\nA=1 # note\nB=1# no note\nC=#fff\nD= # note", { A: "1", B: "1# no note", C: "#fff", D: "" }],
    ["A: 1\nB: x=y\nC=1:2", { A: "1", B: "x=y", C: "1:2" }],
    ['A=\'a $B \\n\'\nB="a\\n\\"b\\" \\t\\\\"', { A: "a $B \\n", B: 'a\n"b" \t\\' }],
    ["A='it\\'s'", { A: "it's" }],
    ["A=\"one\ntwo\"\nB='x\ny'", { A: "one\ntwo", B: "x\ny" }],
    ["A=x\nB=${A}y$A\nC=${NO:-d}", { A: "x", B: "xyx", C: "d" }],
    ['A=x\nB="\\$A $A $$A"', { A: "x", B: "$A x $A" }],
    ["a.b=1\nx-y=2\nz[0]=3\né=4", { "a.b": "1", "x-y": "2", "z[0]": "3", é: "4" }],
    ["A=\nB=''", { A: "", B: "" }],
    ["A='x' # note\nB=2", { A: "x", B: "2" }],
    ['A="\\061"', { A: "1" }]
  ])("reads %j", (text, variables) => {
    expect(dotenv(text)).toEqual(variables)
  })

  it("gives a name alone the caller's value, which also wins where a variable is filled in", () => {
    expect(dotenv("A\nB\nC=1\nD=$C", { A: "a", C: "c" })).toEqual({ A: "a", C: "1", D: "c" })
  })

  it.each([
    ["A=1\nB='x", 2, "B: the quote ' is not closed"],
    ['A="x" y', 1, "A: there is something after the closing quote"],
    ["A=1\n\n\n%=2", 4, '"%=2" is not NAME=value'],
    ["two words", 1, '"two words" is not NAME=value'],
    ["A=${B:?gone}", 1, "A: the variable B is required and has no value: gone"]
  ])("refuses %j", (text, line, problem) => {
    expect(dotenv(text)).toMatchObject({ line, problem })
  })

  it("gives up on variables that grow and grow", () => {
    const lines = Array.from({ length: 60 }, (_, index) => `V${index + 1}=$V${index}$V${index}`)
    expect(dotenv(["V0=xx", ...lines].join("\n"))).toHaveProperty("problem")
  })

  it("reads what was put between single quotes as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const value = text.replaceAll("\r", "").replaceAll("\\", "/")
        expect(dotenv(`A='${value.replaceAll("'", "\\'")}'`)).toEqual({ A: value })
      })
    )
  })

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."AB=:'\"\\$\n #{}-?x") }), (text) => {
        expect(typeof dotenv(text)).toBe("object")
      })
    )
  })
})

describe("parseRawEnv", () => {
  it("takes values as they are", () => {
    const parsed = parseRawEnv("# note\nA='x' # y\nB=$A\n\nC\nD\n", lookup({ C: "c" }))
    expect(parsed).toEqual({
      variables: new Map([
        ["A", "'x' # y"],
        ["B", "$A"],
        ["C", "c"]
      ])
    })
  })

  it("refuses names with blanks", () => {
    expect(parseRawEnv("A=1\nB C=1", lookup({}))).toMatchObject({ line: 2 })
  })
})
