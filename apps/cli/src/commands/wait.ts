import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import { type Condition, conditions, waitFor } from "@gantry/engine/verbs/wait-for"
import * as Effect from "effect/Effect"
import { wait as table } from "../argv/tables/lifecycle.ts"
import { readDuration } from "@gantry/core/duration"
import { bad, good, type Result } from "../argv/Result.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"
import { optionalOf, valuesOf } from "./read-values.ts"
import { badValue } from "./Usage.ts"

/** Milliseconds between two looks. */
const usualInterval = 250

const parseCondition = (text: string): Result<Condition> => {
  const known = conditions.find((word) => word === text.toLowerCase())
  return known === undefined ? bad(`it must be one of ${conditions.join(", ")}`) : good(known)
}

/** `250ms`, or a number of milliseconds. */
const parseInterval = (text: string): Result<bigint> =>
  /^\d{1,9}$/.test(text) ? good(BigInt(text) * 1_000_000n) : readDuration(text)

/** `gantry wait`: exit codes, one a line, in the order of the operands; -1 for a container that has none yet. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const wanted = yield* valuesOf("--condition", options.condition, parseCondition)
    const nanos = yield* optionalOf("--interval", options.interval, parseInterval)
    const interval = nanos === undefined ? usualInterval : Number(nanos / 1_000_000n)
    if (interval < 1) return yield* badValue("--interval: looks cannot follow each other faster than a millisecond")
    return yield* each(operands, terminal, (name) =>
      Effect.gen(function* () {
        const runtime = yield* Runtime
        const record = yield* (yield* Containers).find(name)
        if (wanted.length > 0) return String(yield* waitFor(record, wanted, interval))
        const exit = yield* runtime.wait(record.id).pipe(
          // A container that never ran has no code; Docker answers 0 for it.
          Effect.catchTag("NotRunning", () => Effect.succeed({ code: 0 }))
        )
        return String(exit.code)
      })
    )
  })
)
