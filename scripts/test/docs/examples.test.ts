import { describe, expect, it } from "vitest"
import { examplesOfPage, examplesOfSource } from "../../docs/examples.ts"

describe("examples", () => {
  it("are the TypeScript of a page, with the line that they begin at", () => {
    const page = "# Title\n\n```ts\nconst a = 1\n\nconst b = 2\n```\n\n```sh\nls\n```\n\n```ts\nconst c = 3\n```\n"
    expect(examplesOfPage("a.md", page)).toEqual([
      { path: "a.md", line: 4, code: "const a = 1\n\nconst b = 2" },
      { path: "a.md", line: 14, code: "const c = 3" }
    ])
  })

  it("are the fences of docstrings, without stars and as deep as they are indented", () => {
    const source = [
      "/**",
      " * Adds.",
      " *",
      " * @example",
      " * ```ts",
      " * const sum = () => {",
      " *   return add(1, 2)",
      " * }",
      " * ```",
      " */",
      "export const add = (a: number, b: number) => a + b",
      "const text = `",
      "```ts",
      "not an example",
      "```",
      "`"
    ].join("\n")
    expect(examplesOfSource("add.ts", source)).toEqual([
      { path: "add.ts", line: 6, code: "const sum = () => {\n  return add(1, 2)\n}" }
    ])
  })
})
