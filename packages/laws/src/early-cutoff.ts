import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import type { BuildBench } from "./BuildBench.ts"
import { alike, alone, changes, same } from "./compared-builds.ts"
import { forAll, type Law } from "./Law.ts"
import { type SampleLine, type SampleStage, type Scenario, scenarios } from "./samples/dockerfiles.ts"

/** What builds with early cut-off must make true. */
export const cutoffLaws: ReadonlyArray<Law<BuildBench>> = [
  forAll(
    "BUILD-9",
    "with early cut-off a build after any edits gives the image of a cold one, and a second one runs nothing",
    changes,
    ([scenario, edit]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        const cutOff = { earlyCutoff: true }
        yield* bench.warm(own, cutOff)
        let last = own
        for (const each of edit) {
          last = each(last).scenario
          if (!alike(yield* bench.warm(last, cutOff), yield* bench.cold(last))) return false
          if ((yield* bench.warm(last, cutOff)).ran.size !== 0) return false
        }
        return alike(yield* bench.warm(own, cutOff), yield* bench.cold(own))
      }),
    { runs: 50 }
  ),

  forAll(
    "BUILD-10",
    "with early cut-off a step that ran again and changed nothing of what is taken ends the running again",
    fc.tuple(scenarios, fc.nat(40)),
    ([scenario, at]) =>
      Effect.gen(function* () {
        const { bench, own } = yield* alone(scenario)
        const [first, ...others] = own.stages
        if (first === undefined) return true
        const cutOff = { earlyCutoff: true }
        // A file beside what is copied, and a command without an effect somewhere in a stage that copies.
        const made = (body: string, command: ReadonlyArray<SampleLine>): Scenario => ({
          ...own,
          stages: [
            {
              on: -1,
              lines: [
                // The base has no part in these keys, so samples are kept apart by what they make.
                { kind: "run", command: `make ${own.base}` },
                { kind: "inline", body, to: "/aside/" }
              ]
            },
            {
              on: -1,
              lines: [
                { kind: "from", stage: 0 },
                ...first.lines.toSpliced(at % (first.lines.length + 1), 0, ...command)
              ]
            },
            ...others.map(({ lines }): SampleStage => ({ on: 1, lines }))
          ]
        })
        yield* bench.warm(made("a", []), cutOff)
        const aside = yield* bench.warm(made("b", []), cutOff)
        const idle = yield* bench.warm(made("b", [{ kind: "run", command: "true" }]), cutOff)
        const isIdle = (step: string) => step === `1/${3 + (at % (first.lines.length + 1))}`
        return same(aside.ran, new Set(["0/3"])) && [...idle.ran].every(isIdle)
      }),
    { runs: 40 }
  )
]
