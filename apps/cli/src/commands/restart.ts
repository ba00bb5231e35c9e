import { Containers } from "@gantry/engine/containers/Containers"
import { sharedWith } from "@gantry/engine/networks/NetworkWish"
import { restart } from "@gantry/engine/verbs/restart"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { restart as table } from "../argv/tables/lifecycle.ts"
import { define } from "./define.ts"
import { each, manyAtOnce } from "./each.ts"
import { given } from "./read-values.ts"
import { signalOf } from "./signal-option.ts"

/** `gantry restart`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const containers = yield* Containers
    const signal = yield* signalOf(options.signal)
    const restartOne = (name: string) =>
      Effect.gen(function* () {
        const record = yield* containers.find(name)
        yield* restart(record, { ...given("seconds", options.timeout), ...given("signal", signal) })
        return name
      })
    // One that shares the network of another of them has to find it running again: the order is the user's.
    const known = yield* Effect.forEach(operands, (name) => Effect.option(containers.find(name)))
    const shares = known.some((found) => Option.isSome(found) && sharedWith(found.value.options.network) !== undefined)
    return yield* each(operands, terminal, restartOne, shares ? 1 : manyAtOnce)
  })
)
