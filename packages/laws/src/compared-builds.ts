import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { BuildBench, type Outcome } from "./BuildBench.ts"
import { edits } from "./samples/dockerfile-edits.ts"
import { type Scenario, scenarios } from "./samples/dockerfiles.ts"

/** Whether the same steps ran. */
export const same = (a: ReadonlySet<string>, b: ReadonlySet<string>) =>
  a.size === b.size && [...a].every((each) => b.has(each))

/** Whether two builds gave the same image, times left out. */
export const alike = (a: Outcome, b: Outcome) => a.image === b.image && a.tree === b.tree

/** A scenario on a base that no other sample has. */
export const alone = (scenario: Scenario) =>
  Effect.gen(function* () {
    const bench = yield* BuildBench
    return { bench, own: { ...scenario, base: yield* bench.fresh } }
  })

/** A Dockerfile, and what is done to it one after the other. */
export const changes = fc.tuple(scenarios, fc.array(edits, { minLength: 1, maxLength: 3 }))
