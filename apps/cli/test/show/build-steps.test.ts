import type { StepLabel } from "@gantry/build/solve/SolveEvent"
import { describe, expect, it } from "vitest"
import { auditLines } from "../../src/show/audit-rows.ts"
import { explanationLines } from "../../src/show/build-steps.ts"

const step: StepLabel = {
  stage: 0,
  stageName: "stage-0",
  number: 2,
  total: 2,
  text: "RUN <<E\n\u001b[2Jone\nE",
  range: { start: { line: 2, column: 1 }, end: { line: 4, column: 2 } }
}

describe("why steps ran", () => {
  it("is a line for each, and what files and instructions are called moves no cursor", () => {
    const cause = { kind: "file", path: "a\u001b]0;title\u0007b\nc", change: "content", before: "1", now: "2" } as const
    const line = explanationLines([{ step, how: "ran", tookMs: 1, layer: null, cause }])
    expect(line).toBe("ran [stage-0 2/2] RUN <<E one E: ab c: content 1 → 2\n")
  })

  it("is told of files that differ in the same way", () => {
    const path = "/\u001b[2Jx"
    const lines = auditLines({ step, outcome: "differs", differences: [{ path, change: "content" }] })
    expect(lines).toBe("differs [stage-0 2/2] RUN <<E one E\n  /x: content\n")
  })
})
