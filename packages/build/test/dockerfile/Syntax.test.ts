import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { goQuote } from "../../src/dockerfile/go-quote.ts"
import { printNode, readSyntax } from "../../src/dockerfile/Syntax.ts"

const shown = (text: string) => readSyntax(text).instructions.map(printNode)

describe("the words of a file", () => {
  it.each([
    ["FROM a:1 AS b", '(from "a:1" "AS" "b")'],
    ["FROM --platform=$P a", '(from ["--platform=$P"] "a")'],
    ['copy --chown=1 --exclude="a b" x y', '(copy ["--chown=1" "--exclude=a b"] "x" "y")'],
    ['ADD ["a b", "c"]', '(add "a b" "c")'],
    ["ADD [vi] x", '(add "[vi]" "x")'],
    ["RUN echo 'a'  b", `(run "echo 'a'  b")`],
    ['RUN ["a", "b\\n"]', '(run "a" "b\\n")'],
    ["RUN []", "(run)"],
    ["CMD", "(cmd)"],
    ["ENV a b  c", '(env "a" "b  c" "")'],
    ['ENV a=1 b="x y"', '(env "a" "1" "=" "b" "\\"x y\\"" "=")'],
    ["LABEL x.y=z", '(label "x.y" "z" "=")'],
    ["ARG a b=c", '(arg "a" "b=c")'],
    ["EXPOSE 1 2/udp", '(expose "1" "2/udp")'],
    ["VOLUME /a /b", '(volume "/a" "/b")'],
    ["WORKDIR /a b", '(workdir "/a b")'],
    ["HEALTHCHECK", "(healthcheck)"],
    ["HEALTHCHECK CMD", '(healthcheck "CMD")'],
    ["HEALTHCHECK --retries=3 CMD a  b", '(healthcheck ["--retries=3"] "CMD" "a  b")'],
    ['HEALTHCHECK CMD ["a", "b"]', '(healthcheck "CMD" "a" "b")'],
    ["HEALTHCHECK CONNECT TCP 1", '(healthcheck "CONNECT" "TCP 1")'],
    ["ONBUILD RUN --network=none a b", '(onbuild (run ["--network=none"] "a b"))'],
    ["ONBUILD", "(onbuild)"],
    ["FOO bar", '(foo "")'],
    ["RUN <<E\nx\nE", '(run "<<E")']
  ])("%j is %s", (text, expression) => expect(shown(text)).toEqual([expression]))

  it("have the places of the words in the file, across continued lines", () => {
    const [copy] = readSyntax("# c\nCOPY \\\n  --link a \\\n  /b\n").instructions
    expect(copy).toMatchObject({
      start: { line: 2, column: 1 },
      end: { line: 4, column: 5 },
      flags: [{ text: "--link", start: { line: 3, column: 3 }, end: { line: 3, column: 9 } }],
      args: [
        { text: "a", start: { line: 3, column: 10 }, end: { line: 3, column: 11 } },
        { text: "/b", start: { line: 4, column: 3 }, end: { line: 4, column: 5 } }
      ]
    })
  })

  it("come with the heredocs, and with what a build would refuse", () => {
    const { diagnostics, directives, instructions } = readSyntax("# escape=`\nFROM a\nCOPY <<-E /x\n\ty\n\tE\nRUM x\n")
    expect(directives.escape).toBe("`")
    expect(instructions[1]?.heredocs).toEqual([{ name: "E", content: "y\n", expand: true, stripTabs: true }])
    expect(diagnostics).toMatchObject([{ code: "unknown-instruction", range: { start: { line: 6, column: 1 } } }])
  })

  it("are one line of printable text an instruction, whatever the file", () => {
    const pieces = fc.constantFrom(
      ...'FROM |RUN |ENV |ONBUILD |<<E|\nE\n|\n|é|\u00a0|\u0000|\u2028|\ud800|=|["|"]|\\|--a'.split("|")
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 20 }), (all) => {
        for (const line of shown(all.join(""))) expect(line).not.toMatch(/[\p{Cc}\u2028\ud800]/u)
      }),
      { numRuns: 2000 }
    )
  })
})

describe("quoting", () => {
  it("writes what cannot be printed as Go does", () => {
    expect(goQuote('a"\\\t\u0000\u007f\u00a0é\u2028\u{e0001}')).toBe(
      String.raw`"a\"\\\t\x00\x7f\u00a0é\u2028\U000e0001"`
    )
  })
})
