import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import { settleOrWarn } from "@gantry/engine/containers/settle"
import { start } from "@gantry/engine/verbs/start"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { start as table } from "../argv/tables/lifecycle.ts"
import { defaultDetachKeys, parseDetachKeys } from "../argv/values/detach-keys.ts"
import { attachSession } from "../attach-session.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"
import { optionalOf } from "./read-values.ts"
import { badValue } from "./Usage.ts"

/** `gantry start`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const attached = options.attach || options.interactive
    if (attached && operands.length > 1)
      return yield* badValue("you cannot start and attach multiple containers at once")
    const keys = (yield* optionalOf("--detach-keys", options.detachKeys, parseDetachKeys)) ?? defaultDetachKeys
    if (!attached) {
      return yield* each(operands, terminal, (name) =>
        Effect.gen(function* () {
          const record = yield* (yield* Containers).find(name)
          const state = yield* (yield* Runtime).state(record.id)
          if (state.status !== "running") yield* Effect.scoped(start(record, { stays: false }))
          return name
        })
      )
    }
    const record = yield* (yield* Containers).find(operands[0] ?? "")
    const { tty } = record.spec.process
    const runtime = yield* Runtime
    const { status } = yield* runtime.state(record.id)
    // As Docker has it: starting a container that runs changes nothing, and -a attaches to it.
    const session = yield* status === "running" ? runtime.attach(record.id) : start(record, { stays: true })
    const exit = yield* attachSession(
      session,
      {
        stdin: options.interactive && record.options.stdin,
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
