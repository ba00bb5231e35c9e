import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import { settleOrWarn } from "@gantry/engine/containers/settle"
import { WrongState } from "@gantry/engine/EngineError"
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
    const state = yield* runtime.state(record.id)
    if (state.status !== "running") {
      return yield* new WrongState({
        container: record.name,
        verb: "attach to",
        why: "container is not running",
        hint: `start it first: gantry start ${record.name}`
      })
    }
    if (state.paused) {
      return yield* new WrongState({
        container: record.name,
        verb: "attach to",
        why: "container is paused",
        hint: `let it go on first: gantry unpause ${record.name}`
      })
    }
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
