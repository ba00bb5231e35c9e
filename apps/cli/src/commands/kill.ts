import { Containers } from "@gantry/engine/containers/Containers"
import { kill } from "@gantry/engine/verbs/kill"
import * as Effect from "effect/Effect"
import { kill as table } from "../argv/tables/lifecycle.ts"
import { parseSignal } from "../argv/values/signal.ts"
import { define } from "./define.ts"
import { each, manyAtOnce } from "./each.ts"
import { valueOf } from "./read-values.ts"

/** `gantry kill`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const text = options.signal ?? "KILL"
    const signal = yield* valueOf("-s, --signal", text, parseSignal(text))
    const killOne = (name: string) =>
      Effect.gen(function* () {
        const record = yield* (yield* Containers).find(name)
        yield* kill(record, signal)
        return name
      })
    return yield* each(operands, terminal, killOne, manyAtOnce)
  })
)
