import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import { requireRunning } from "@gantry/engine/containers/require-running"
import { settleOrWarn } from "@gantry/engine/containers/settle"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { attach as table } from "../argv/tables/lifecycle.ts"
import { defaultDetachKeys, parseDetachKeys } from "../argv/values/detach-keys.ts"
import { attachSession } from "../attach-session.ts"
import { define } from "./define.ts"
import { optionalOf } from "./read-values.ts"

/** `gantry attach`: shows what the container writes from now on, and ends with it. */
export default define(table, ({ operands: [name = ""], options }, { terminal }) =>
  Effect.gen(function* () {
    const keys = (yield* optionalOf("--detach-keys", options.detachKeys, parseDetachKeys)) ?? defaultDetachKeys
    const record = yield* (yield* Containers).find(name)
    const runtime = yield* Runtime
    yield* requireRunning(record, { verb: "attach to", paused: false })
    const { tty } = record.spec.process
    const exit = yield* attachSession(
      yield* runtime.attach(record.id),
      {
        stdin: !options.noStdin && record.options.stdin,
        tty,
        signals: options.sigProxy && !tty,
        detachKeys: keys
      },
      terminal
    )
    if (Option.isNone(exit)) return 0
    yield* settleOrWarn(record)
    return exit.value.code
  }).pipe(Effect.scoped)
)
