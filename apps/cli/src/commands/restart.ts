import { neededBy } from "@gantry/engine/containers/joined-namespaces"
import { Containers } from "@gantry/engine/containers/Containers"
import { restart } from "@gantry/engine/verbs/restart"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
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
    // All before the first is stopped. One that shares something of another of them has to find that running again: the
    // order is the user's then.
    const found = yield* Effect.forEach(operands, (name) => Effect.either(containers.find(name)))
    const leans = found.some((other) => Either.isRight(other) && neededBy(other.right).length > 0)
    const restartOne = (name: string, at: number) =>
      Effect.gen(function* () {
        const record = yield* found[at] ?? containers.find(name)
        yield* restart(record, { ...given("seconds", options.timeout), ...given("signal", signal) })
        return name
      })
    return yield* each(operands, terminal, restartOne, leans ? 1 : manyAtOnce)
  })
)
