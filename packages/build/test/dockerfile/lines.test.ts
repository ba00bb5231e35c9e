import { describe, expect, it } from "vitest"
import * as fc from "fast-check"
import { positionAt, readLines } from "../../src/dockerfile/lines.ts"

const texts = (file: string) => readLines(file).lines.map(({ text }) => text)
const codes = (file: string) => readLines(file).diagnostics.map(({ code }) => code)

const bodies = (file: string) => readLines(file).lines.map(({ heredocs, text }) => ({ text, heredocs }))
const first = (file: string) => readLines(file).lines[0]!.heredocs

describe("reading lines", () => {
  it("drops blank lines and comments", () => {
    expect(texts("\n# one\n  # two\nFROM a\n\n   \nRUN b # not a comment\n")).toEqual([
      "FROM a",
      "RUN b # not a comment"
    ])
  })

  it("joins continued lines and keeps their leading blanks", () => {
    expect(texts("RUN a \\\n  b \\ \t\n c\nUSER x")).toEqual(["RUN a   b  c", "USER x"])
  })

  it("drops comments inside a continued instruction", () => {
    expect(texts("RUN a \\\n# no\n   # no \\\n b")).toEqual(["RUN a  b"])
  })

  it("goes on over an empty line in a continued instruction, with a warning", () => {
    const { diagnostics, lines } = readLines("FROM a\nRUN a \\\n\n b\n")
    expect(lines.map(({ text }) => text)).toEqual(["FROM a", "RUN a  b"])
    expect(diagnostics).toMatchObject([
      { severity: "warning", code: "empty-continuation", range: { start: { line: 2 } } }
    ])
  })

  it("does not continue a line whose escape character is escaped", () => {
    expect(texts("RUN a \\\\\nRUN b")).toEqual(["RUN a \\\\", "RUN b"])
  })

  it("continues with a backtick when told so, and then not with a backslash", () => {
    expect(texts("# escape=`\nRUN a `\n b\nCOPY c:\\ d:\\\nRUN c")).toEqual(["RUN a  b", "COPY c:\\ d:\\", "RUN c"])
  })

  it("accepts CRLF line ends and a byte order mark", () => {
    expect(texts("\ufeffFROM a\r\nRUN b \\\r\n c\r\n")).toEqual(["FROM a", "RUN b  c"])
  })

  it("warns of an escape character at the end of the file", () => {
    expect(texts("RUN a \\")).toEqual(["RUN a "])
    expect(codes("RUN a \\\n")).toEqual(["trailing-escape"])
  })

  it("makes nothing of a lone escape character", () => {
    expect(texts("\\\n\n\n")).toEqual([])
  })

  it("reads directives in any case and with blanks", () => {
    expect(
      readLines("#Syntax = docker/dockerfile:1 \n# ESCAPE=`\n#check=skip=all;error=true\nFROM a").directives
    ).toEqual({
      escape: "`",
      syntax: "docker/dockerfile:1",
      check: "skip=all;error=true"
    })
  })

  it.each([
    "# a comment\n# escape=`\nFROM a",
    "\n# escape=`\nFROM a",
    "FROM a\n# escape=`",
    "# other=1\n# escape=`\nFROM a"
  ])("does not read directives after something else: %j", (file) =>
    expect(readLines(file).directives).toEqual({ escape: "\\" })
  )

  it("reports directives that are repeated or impossible", () => {
    expect(codes("# escape=\\\n# escape=`\nFROM a")).toEqual(["duplicate-directive"])
    expect(codes("# escape=x\nFROM a")).toEqual(["invalid-escape"])
  })

  it("knows where every character of a joined line came from", () => {
    const [line] = readLines("# x\n  RUN abc \\\n# drop\n   def \\\n\nghi").lines
    const at = (part: string) => positionAt(line!, line!.text.indexOf(part))
    expect(at("RUN")).toEqual({ line: 2, column: 3 })
    expect(at("abc")).toEqual({ line: 2, column: 7 })
    expect(at("def")).toEqual({ line: 4, column: 4 })
    expect(at("ghi")).toEqual({ line: 6, column: 1 })
    expect([line!.startLine, line!.endLine]).toEqual([2, 6])
  })

  it("maps every character back to itself, for all files", () => {
    const piece = fc.constantFrom("RUN", " ", "a", "\\", "\n", "\\\n", "# c\n", "\t", "`", "\r\n", "é", "😀")
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { lines, source } = readLines(pieces.join(""))
        for (const line of lines) {
          for (let offset = 0; offset < line.text.length; offset++) {
            const place = positionAt(line, offset)
            expect(source[place.line - 1]?.[place.column - 1]).toBe(line.text[offset])
          }
        }
      }),
      { numRuns: 500 }
    )
  })
})

describe("heredocs", () => {
  it("belong to the line that announces them, whatever is in them", () => {
    expect(bodies("RUN <<EOF\n# kept\n\nFROM x \\\nEOF\nUSER a")).toEqual([
      {
        text: "RUN <<EOF",
        heredocs: [{ name: "EOF", content: "# kept\n\nFROM x \\\n", expand: true, stripTabs: false }]
      },
      { text: "USER a", heredocs: [] }
    ])
  })

  it("follow each other in the order they were announced", () => {
    expect(first("COPY <<X <<Y /dest\nY\nX\nX\nY\n").map(({ content, name }) => [name, content])).toEqual([
      ["X", "Y\n"],
      ["Y", "X\n"]
    ])
  })

  it("lose leading tabs after <<-, also before the end", () => {
    expect(first("RUN <<-E\n\t\ta\n b\n\tE\n")).toMatchObject([{ content: "a\n b\n", stripTabs: true }])
  })

  it.each([
    ["<<EOF", "EOF", true],
    ["<<'EOF'", "EOF", false],
    ['<<"EOF"', "EOF", false],
    ["<<E'O'F", "EOF", false],
    ["<<'one two'", "one two", false],
    ["3<<EOF", "EOF", true],
    ["<< EOF", "EOF", true],
    ["<<eo\\'f", "eo'f", true]
  ])("%s ends at %s and says whether it expands", (mark, name, expand) => {
    expect(first(`RUN cat ${mark}\nx\n${name}\n`)).toMatchObject([{ name, expand, content: "x\n" }])
  })

  it.each([
    "RUN echo '<<EOF'",
    'RUN echo "<<EOF"',
    "RUN cat <<<EOF",
    "RUN cat<<EOF",
    'RUN ["cat", "<<EOF"]',
    "RUN echo $((1<<2)) $(( 1 << 2 ))",
    "RUN echo \\<<EOF",
    "ENV a=<<EOF",
    "CMD cat <<EOF"
  ])("%s announces none", (line) => {
    expect(readLines(`${line}\nUSER a`).lines.map(({ text }) => text)).toEqual([line, "USER a"])
  })

  it("are found below ONBUILD and after flags", () => {
    expect(first("ONBUILD RUN --mount=type=tmpfs,target=/t <<E\na\nE\n")).toMatchObject([{ name: "E", content: "a\n" }])
  })

  it("without an end are an error at the mark", () => {
    const { diagnostics } = readLines("FROM a\nRUN \\\n cat <<EOF\nx")
    expect(diagnostics).toMatchObject([
      { code: "unterminated-heredoc", range: { start: { line: 3, column: 6 }, end: { line: 3, column: 11 } } }
    ])
  })
})

describe("a file that was written to be slow", () => {
  it("is read in the time that its length takes", () => {
    const returns = `#${"\r".repeat(200_000)}x`
    const blanks = `# syntax=a${" ".repeat(200_000)}x`
    expect(readLines(`${returns}\nFROM a\n`).lines.map(({ text }) => text)).toEqual(["FROM a"])
    expect(readLines(`${blanks}\nFROM a\n`).directives.syntax).toHaveLength(200_002)
  })
})
