import type { StepLabel } from "@gantry/build/solve/SolveEvent"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { rawProgress } from "../../src/show/raw-progress.ts"

const step: StepLabel = {
  stage: 0,
  stageName: "stage-0",
  number: 2,
  total: 2,
  text: "RUN x",
  range: { start: { line: 2, column: 1 }, end: { line: 2, column: 6 } }
}

const recording = () => {
  const written: Array<string> = []
  const raw = rawProgress(
    (line) => written.push(line),
    () => 0
  )
  return { raw, lines: () => written.map((line) => JSON.parse(line)), written }
}

describe("raw progress", () => {
  it("is an object a line, with its time first", () => {
    const { raw, written } = recording()
    raw.note("two\nlines\n")
    raw.built("sha256:a", ["x"])
    raw.failed({ what: "it failed" })
    expect(written).toEqual([
      '{"at":"1970-01-01T00:00:00.000Z","type":"note","text":"two\\nlines"}\n',
      '{"at":"1970-01-01T00:00:00.000Z","type":"built","image":"sha256:a","names":["x"]}\n',
      '{"at":"1970-01-01T00:00:00.000Z","type":"error","what":"it failed","why":null,"try":null}\n'
    ])
  })

  it("keeps every character of a command's output whole, wherever it was cut and whatever the other stream says", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "\n", "ä", "€", "😀", "\ufeff"), maxLength: 8 })
    fc.assert(
      fc.property(text, text, fc.nat(3), (out, err, size) => {
        const { lines, raw } = recording()
        const streams = { stdout: new TextEncoder().encode(out), stderr: new TextEncoder().encode(err) }
        const most = Math.max(streams.stdout.length, streams.stderr.length)
        for (let at = 0; at < most; at += size + 1) {
          for (const stream of ["stdout", "stderr"] as const) {
            raw.onEvent({
              type: "output",
              step,
              output: { stream, bytes: streams[stream].subarray(at, at + size + 1) }
            })
          }
        }
        raw.onEvent({ type: "done", step, tookMs: 1, layer: null })
        const heard = (stream: string) =>
          lines()
            .filter((line) => line.type === "output" && line.output.stream === stream)
            .map((line) => line.output.text)
            .join("")
        expect(heard("stdout")).toBe(out)
        expect(heard("stderr")).toBe(err)
      })
    )
  })

  it("says before the end of a step what was left of a character", () => {
    const { lines, raw } = recording()
    raw.onEvent({ type: "output", step, output: { stream: "stdout", bytes: Uint8Array.of(0xe2, 0x82) } })
    raw.onEvent({ type: "failed", step, why: "x" })
    expect(lines().map(({ output, type }) => [type, output?.text])).toEqual([
      ["output", "\ufffd"],
      ["failed", undefined]
    ])
  })
})
