import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import { ensureStarted, start } from "@gantry/engine/verbs/start"
import * as Effect from "effect/Effect"
import { start as table } from "../argv/tables/lifecycle.ts"
import { defaultDetachKeys, parseDetachKeys } from "../argv/values/detach-keys.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"
import { optionalOf } from "./read-values.ts"
import { stay } from "./stay.ts"
import { plain } from "./Usage.ts"

/** `gantry start`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const attached = options.attach || options.interactive
    if (attached && operands.length > 1)
      return yield* plain(
        "you cannot start and attach multiple containers at once",
        "leave out -a and -i, or start one"
      )
    const keys = (yield* optionalOf("--detach-keys", options.detachKeys, parseDetachKeys)) ?? defaultDetachKeys
    if (!attached) {
      const failed: Array<string> = []
      const startOne = (name: string) =>
        Effect.gen(function* () {
          const record = yield* (yield* Containers).find(name)
          yield* ensureStarted(record)
          return name
        }).pipe(Effect.tapError(() => Effect.sync(() => failed.push(name))))
      const status = yield* each(operands, terminal, startOne)
      if (terminal.program === "docker" && failed.length > 0) {
        terminal.err(`Error: failed to start containers: ${failed.join(", ")}\n`)
      }
      return status
    }
    const record = yield* (yield* Containers).find(operands[0] ?? "")
    const runtime = yield* Runtime
    const { status } = yield* runtime.state(record.id)
    // As Docker has it: starting a container that runs changes nothing, and -a attaches to it.
    const session = yield* status === "running" ? runtime.attach(record.id) : start(record, { stays: true })
    return yield* stay(
      record,
      session,
      { stdin: options.interactive && record.options.stdin, sigProxy: options.sigProxy, detachKeys: keys },
      terminal
    )
  }).pipe(Effect.scoped)
)
