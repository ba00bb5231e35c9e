import type { StepLabel } from "@gantry/build/solve/SolveEvent"
import { describe, expect, it } from "vitest"
import { explanationJson, explanationLines } from "../../src/show/build-steps.ts"
import { stepsSoFar } from "../../src/show/steps-so-far.ts"

const step = (number: number, text: string): StepLabel => ({
  stage: 0,
  stageName: "stage-0",
  number,
  total: 6,
  text,
  range: { start: { line: number, column: 1 }, end: { line: number, column: 2 } }
})
const follows = { kind: "follows", stage: "stage-0", step: 4, instruction: "ENV A=2" } as const

const failedBuild = () => {
  const soFar = stepsSoFar(() => 10_000)
  soFar.onEvent({ type: "planned", stages: [0] })
  soFar.onEvent({ type: "based", step: step(1, "FROM base") })
  soFar.onEvent({ type: "cached", step: step(2, "RUN one"), ageMs: 3000 })
  soFar.onEvent({ type: "applied", step: step(3, "ARG V"), cached: true })
  const cause = { kind: "evicted", at: "1970-01-01T00:00:04Z", ago: 6, rule: "max-used-space", bytes: 7 } as const
  soFar.onEvent({ type: "applied", step: step(4, "ENV A=2"), cached: false, cause })
  soFar.onEvent({ type: "started", step: step(5, "COPY . ."), cause: follows })
  soFar.onEvent({ type: "done", step: step(5, "COPY . ."), tookMs: 1, layer: null })
  soFar.onEvent({ type: "started", step: step(6, "RUN false"), cause: follows })
  soFar.onEvent({ type: "failed", step: step(6, "RUN false"), why: "it ended with 1" })
  return soFar.reports
}

describe("the explanation of a build that failed", () => {
  it("begins with the step that the others follow, also when it only changes settings", () => {
    const [first, ...others] = explanationLines(failedBuild()).split("\n")
    expect(first).toMatch(/^ran \[stage-0 4\/6\] ENV A=2: its earlier result was evicted .*max-used-space/)
    expect(others).toEqual([
      "ran [stage-0 5/6] COPY . .: it follows step 4, ENV A=2",
      "failed [stage-0 6/6] RUN false: it follows step 4, ENV A=2",
      ""
    ])
  })

  it("tells the cached steps apart and calls the failed one so, for programs", () => {
    const json: unknown = JSON.parse(explanationJson(failedBuild(), null, 12_000))
    expect(json).toMatchObject({
      image: null,
      steps: [
        { step: 4, status: "ran", cause: { kind: "evicted" } },
        { step: 5, status: "ran" },
        { step: 6, status: "failed" }
      ],
      cached: [{ step: 2, status: "cached", age: 5 }]
    })
  })
})
