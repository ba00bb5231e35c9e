import { Containers } from "@gantry/engine/containers/Containers"
import { restart } from "@gantry/engine/verbs/restart"
import * as Effect from "effect/Effect"
import { restart as table } from "../argv/tables/lifecycle.ts"
import { parseSignal } from "../argv/values/signal.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"
import { given, optionalOf } from "./read-values.ts"

/** `gantry restart`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const signal = yield* optionalOf("-s, --signal", options.signal, parseSignal)
    return yield* each(operands, terminal, (name) =>
      Effect.gen(function* () {
        const record = yield* (yield* Containers).find(name)
        yield* restart(record, { ...given("seconds", options.timeout), ...given("signal", signal) })
        return name
      })
    )
  })
)
