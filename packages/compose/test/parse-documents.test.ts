import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as yaml from "yaml"
import { parseDocuments } from "../src/tree/parse-documents.ts"

const read = (text: string) => {
  const { documents } = parseDocuments(yaml, text, { logLevel: "silent", prettyErrors: false })
  return { errors: documents.flatMap(({ errors }) => errors.map(({ code }) => code)), value: documents[0]?.toJS() }
}

describe("a YAML text", () => {
  it("may have quoted texts that go on at the left, as programs write them", () => {
    const written = `services:
  app:
    entrypoint: ["sh", "-c", "echo started\\n
trap \\"exit 0\\" 15\\n
\\n
exec", "-"]
    labels:
      - 'one
two'
`
    expect(read(written)).toEqual({
      errors: [],
      value: {
        services: {
          app: { entrypoint: ["sh", "-c", `echo started\n trap "exit 0" 15\n \n exec`, "-"], labels: ["one two"] }
        }
      }
    })
  })

  it("is refused as it is when a quote is never closed", () => {
    const [first] = read(`a:\n  b: "open\nc: 1\nd: 2\n`).errors
    expect(first).toBe("MISSING_CHAR")
    expect(parseDocuments(yaml, `a: "open\n`, { logLevel: "silent" }).lines.linePos(3)).toEqual({ line: 1, col: 4 })
  })

  it("means what it means without this when it is right", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const text = yaml.stringify({ value })
        expect(read(text)).toEqual({ errors: [], value: yaml.parse(text) })
      })
    )
  })

  it("is read to its end however it goes on", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('"', "'", "a", " ", "\n", ":", "-", "[", "]", "\\", "#"), { maxLength: 60 }),
        (parts) => {
          expect(() => read(parts.join(""))).not.toThrow()
        }
      )
    )
  })
})
