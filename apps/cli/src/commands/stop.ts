import { Containers } from "@gantry/engine/containers/Containers"
import { settleOrWarn } from "@gantry/engine/containers/settle"
import { stop } from "@gantry/engine/verbs/stop"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { stop as table } from "../argv/tables/lifecycle.ts"
import { deafness } from "../show/deafness.ts"
import { define } from "./define.ts"
import { each, manyAtOnce } from "./each.ts"
import { given } from "./read-values.ts"
import { signalOf } from "./signal-option.ts"

/** `gantry stop`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const signal = yield* signalOf(options.signal)
    const stopOne = (name: string) =>
      Effect.gen(function* () {
        const record = yield* (yield* Containers).find(name)
        const exit = yield* stop(record, { ...given("seconds", options.timeout), ...given("signal", signal) })
        const hint = deafness(record, Option.getOrUndefined(exit), { signal, seconds: options.timeout })
        // Programs that call `docker` do not expect anything here.
        if (hint !== undefined && (terminal.program === "gantry" || terminal.stderrIsTerminal)) terminal.err(hint)
        yield* settleOrWarn(record)
        return name
      })
    return yield* each(operands, terminal, stopOne, manyAtOnce)
  })
)
