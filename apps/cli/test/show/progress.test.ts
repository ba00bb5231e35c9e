import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { palette } from "../../src/show/color.ts"
import { noProgress, progress, type BuildEvent, type ProgressState } from "../../src/show/progress-lines.ts"
import { redraw, region } from "../../src/show/progress-region.ts"
import { columnsOf } from "../../src/show/text.ts"

const play = (
  events: ReadonlyArray<BuildEvent>
): { readonly state: ProgressState; readonly lines: ReadonlyArray<string> } => {
  let state = noProgress
  const lines: Array<string> = []
  for (const event of events) {
    const step = progress(state, event)
    state = step.state
    lines.push(...step.lines)
  }
  return { state, lines }
}

const start = (step: string, number: number, instruction: string, at: number): BuildEvent => ({
  kind: "step-start",
  step,
  number,
  total: 3,
  instruction,
  at
})
const log = (step: string, chunk: string, at: number, stream: "stdout" | "stderr" = "stdout"): BuildEvent => ({
  kind: "step-log",
  step,
  stream,
  chunk,
  at
})

const plain = palette({ isTerminal: false, environment: {} })

describe("plain progress", () => {
  it("looks at a line of megabytes once, and not again with each piece of it", () => {
    const piece = "x".repeat(4096)
    const pieces = Array.from({ length: 16_384 }, () => log("b", piece, 1.5))
    const { lines } = play([start("b", 1, "RUN make", 1), ...pieces, log("b", "\r", 1.5), log("b", "\nnext\r", 1.5)])
    expect(lines.map((line) => line.length)).toEqual([17, "#1 0.500 ".length + 4096 * 16_384])
  })

  it("takes carriage returns for the end of a line as soon as something else follows them", () => {
    const { lines } = play([
      start("b", 1, "RUN make", 1),
      ...["10%\r", "20%\r", "\r", "\nthe", " end\r\n", "\r30%", "\r"].map((chunk) => log("b", chunk, 1.5)),
      { kind: "step-done", step: "b", at: 2 }
    ])
    expect(lines.slice(1, -2)).toEqual(
      ["10%", "20%", "the end", "", "30%"].map((line) => `#1 ${line === "30%" ? "1.000" : "0.500"} ${line}`)
    )
  })

  it("numbers steps and times their lines", () => {
    const { lines } = play([
      { kind: "step-cached", step: "a", number: 1, total: 3, instruction: "FROM alpine", at: 0 },
      start("b", 2, "RUN make", 1),
      log("b", "one\ntw", 1.122),
      log("b", "o\n", 1.5),
      log("b", "no line break", 1.6, "stderr"),
      { kind: "step-done", step: "b", at: 2.34 },
      { kind: "message", text: "saved" }
    ])
    expect(lines).toEqual([
      "#1 [1/3] FROM alpine",
      "#1 CACHED",
      "",
      "#2 [2/3] RUN make",
      "#2 0.122 one",
      "#2 0.500 two",
      "#2 1.340 no line break",
      "#2 DONE 1.3s",
      "",
      "saved"
    ])
  })

  it("repeats the title when steps take turns", () => {
    const { lines } = play([
      start("a", 1, "RUN a", 0),
      start("b", 2, "RUN b", 0),
      log("a", "x\n", 1),
      { kind: "step-done", step: "a", at: 1 },
      { kind: "step-done", step: "b", at: 2, failed: "exit code 1" }
    ])
    expect(lines).toEqual([
      "#1 [1/3] RUN a",
      "#1 ...",
      "",
      "#2 [2/3] RUN b",
      "#2 ...",
      "",
      "#1 [1/3] RUN a",
      "#1 1.000 x",
      "#1 DONE 1.0s",
      "",
      "#2 [2/3] RUN b",
      "#2 ERROR: exit code 1",
      ""
    ])
  })

  it("names the stage of a build that has several", () => {
    const { lines } = play([
      { kind: "stage", name: "web" },
      { kind: "step-start", step: "a", stage: "web", number: 2, total: 6, instruction: "RUN <<E\n  make\nE", at: 0 }
    ])
    expect(lines).toEqual(["#1 [web 2/6] RUN <<E make E"])
  })

  it("shows the same output however it was cut", () => {
    const text = fc.array(fc.constantFrom("a", "b ", "\n", "\r\n"), { maxLength: 20 }).map((parts) => parts.join(""))
    fc.assert(
      fc.property(text, fc.nat(20), (output, cut) => {
        const end: BuildEvent = { kind: "step-done", step: "a", at: 1 }
        const whole = play([start("a", 1, "RUN a", 0), log("a", output, 1), end])
        const cutUp = play([
          start("a", 1, "RUN a", 0),
          log("a", output.slice(0, cut), 1),
          log("a", output.slice(cut), 1),
          end
        ])
        expect(cutUp.lines).toEqual(whole.lines)
      })
    )
  })

  it("shows no control characters of the Dockerfile", () => {
    expect(play([start("a", 1, "RUN \u001b[2Jecho \u009b2J x", 0), log("a", "y\n", 0)]).lines[0]).toBe(
      "#1 [1/3] RUN echo 2J x"
    )
  })

  it("ignores output of a step that nobody announced", () => {
    expect(play([log("x", "y\n", 0), { kind: "step-done", step: "x", at: 1 }]).lines).toEqual([])
  })
})

describe("progress on a terminal", () => {
  const { state } = play([
    { kind: "step-cached", step: "a", number: 1, total: 3, instruction: "FROM alpine", at: 0 },
    start("b", 2, "RUN make", 1),
    log("b", "\u001b[31mone\u001b[0m\ttab\n", 1.5)
  ])

  it("shows every step with its time and what a running one says", () => {
    expect(region(state, 3.21, { columns: 40, rows: 20, palette: plain })).toEqual([
      "[+] Building 3.2s (1/2)",
      " => CACHED [1/3] FROM alpine        0.0s",
      " => [2/3] RUN make                  2.2s",
      " => => # one    tab"
    ])
  })

  it("says when it is over", () => {
    const done = progress(state, { kind: "step-done", step: "b", at: 4 }).state
    expect(region(done, 4, { columns: 40, rows: 20, palette: plain }, true)).toEqual([
      "[+] Building 4.0s (2/2) FINISHED",
      " => CACHED [1/3] FROM alpine        0.0s",
      " => [2/3] RUN make                  3.0s"
    ])
  })

  it("fits any screen", () => {
    const many = play(
      Array.from({ length: 30 }, (_, at) => [
        start(`s${at}`, at + 1, `RUN ${"long ".repeat(at)}`, at),
        log(`s${at}`, "x\n".repeat(at), at),
        ...(at % 3 === 0 ? [{ kind: "step-done", step: `s${at}`, at } as const] : [])
      ]).flat()
    ).state
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 3, max: 60 }), (columns, rows) => {
        const lines = region(many, 31, { columns, rows, palette: plain })
        expect(lines.length).toBeLessThan(rows)
        expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns)
      })
    )
  })

  it("replaces what was drawn before", () => {
    expect(redraw(0, ["a"])).toBe("\r\u001b[Ja\n")
    expect(redraw(3, ["a", "b"])).toBe("\u001b[3A\r\u001b[Ja\nb\n")
  })
})
