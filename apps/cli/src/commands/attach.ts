import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import { requireRunning } from "@gantry/engine/containers/require-running"
import { containerEvent } from "@gantry/engine/events/actors"
import { record as tell } from "@gantry/engine/events/Journal"
import * as Effect from "effect/Effect"
import { attach as table } from "../argv/tables/lifecycle.ts"
import { defaultDetachKeys, parseDetachKeys } from "../argv/values/detach-keys.ts"
import { define } from "./define.ts"
import { optionalOf } from "./read-values.ts"
import { stay } from "./stay.ts"

/** `gantry attach`: shows what the container writes from now on, and ends with it. */
export default define(table, ({ operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const keys = (yield* optionalOf("--detach-keys", options.detachKeys, parseDetachKeys)) ?? defaultDetachKeys
    const record = yield* (yield* Containers).find(name)
    const runtime = yield* Runtime
    yield* requireRunning(record, { verb: "attach to", paused: false })
    yield* tell(containerEvent(record, "attach"))
    return yield* stay(
      record,
      yield* runtime.attach(record.id),
      { stdin: !options.noStdin && record.options.stdin, sigProxy: options.sigProxy, detachKeys: keys },
      terminal
    )
  }).pipe(Effect.scoped)
)
