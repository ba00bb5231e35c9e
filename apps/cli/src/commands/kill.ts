import { Containers } from "@gantry/engine/containers/Containers"
import { kill } from "@gantry/engine/verbs/kill"
import { SIGKILL } from "@gantry/linux/constants"
import * as Effect from "effect/Effect"
import { kill as table } from "../argv/tables/lifecycle.ts"
import { define } from "./define.ts"
import { each, manyAtOnce } from "./each.ts"
import { signalOf } from "./signal-option.ts"

/** `gantry kill`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const signal = (yield* signalOf(options.signal)) ?? SIGKILL
    const killOne = (name: string) =>
      Effect.gen(function* () {
        const record = yield* (yield* Containers).find(name)
        yield* kill(record, signal)
        return name
      })
    return yield* each(operands, terminal, killOne, manyAtOnce, (name) => `Cannot kill container: ${name}: `)
  })
)
