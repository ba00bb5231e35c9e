import { describe, expect, it } from "vitest"
import { mask } from "../../house/mask.ts"

describe("what is left of a source without comments and strings", () => {
  it("keeps code", () => {
    expect(mask("const a = b / c / d")).toBe("const a = b / c / d")
  })
  it("has the same length and the same lines", () => {
    const text = 'a("x\\"y") // z\n/* two\nlines */ b\n'
    expect(mask(text)).toHaveLength(text.length)
    expect(mask(text).split("\n")).toHaveLength(text.split("\n").length)
  })
  it("has no comment in it", () => {
    expect(mask("a // process.env\n/* process */ b")).not.toContain("process")
  })
  it("has no contents of strings in it, whichever the quotes", () => {
    expect(mask(`a("process", 'process', \`process\`)`)).toBe(`a("       ", '       ', \`       \`)`)
  })
  it("keeps the code inside a template, also when it has braces and templates of its own", () => {
    expect(mask("`x ${f({ a: `y ${b} z` })} w`")).toBe("`  ${f({ a: `  ${b}  ` })}  `")
  })
  it("takes a quote in a regular expression for what it is", () => {
    expect(mask('x.split(/["/]/) + any')).toContain("+ any")
  })
  it("goes on after an escaped quote", () => {
    expect(mask(`'\\'' + any`)).toContain("+ any")
  })
})
