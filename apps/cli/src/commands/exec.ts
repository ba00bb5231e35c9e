import type { ExecRequest } from "@gantry/engine/containers/exec-process"
import { exec, execDirectly } from "@gantry/engine/verbs/exec"
import { Containers } from "@gantry/engine/containers/Containers"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { exec as table } from "../argv/tables/lifecycle.ts"
import { defaultDetachKeys, parseDetachKeys } from "../argv/values/detach-keys.ts"
import { attachSession, passSignals } from "../attach-session.ts"
import { createContext } from "./create-context.ts"
import { define } from "./define.ts"
import { environmentOf } from "./environment-options.ts"
import { given, optionalOf } from "./read-values.ts"
import { notTerminal } from "./Usage.ts"

/** `gantry exec`. */
export default define(table, ({ operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const [name = "", ...argv] = operands
    if (options.interactive && options.tty && !terminal.stdinIsTerminal) {
      return yield* notTerminal
    }
    const keys = (yield* optionalOf("--detach-keys", options.detachKeys, parseDetachKeys)) ?? defaultDetachKeys
    const env = yield* environmentOf(options.envFile, options.env, terminal.env)
    const record = yield* (yield* Containers).find(name)
    const request: ExecRequest = {
      argv,
      env,
      tty: options.tty,
      stdin: options.interactive && !options.detach,
      privileged: options.privileged,
      allCapabilities: createContext(terminal).allCapabilities,
      ...given("user", options.user),
      ...given("workdir", options.workdir)
    }
    // Without a terminal the process writes to our own descriptors; nothing has to be carried.
    const direct = options.tty ? undefined : yield* execDirectly(record, request, { discard: options.detach })
    if (direct !== undefined) {
      if (options.detach) return 0
      yield* passSignals(direct.signal)
      return (yield* direct.exit).code
    }
    const session = yield* exec(record, request)
    if (options.detach) return 0
    const exit = yield* attachSession(
      session,
      { stdin: options.interactive, tty: options.tty, signals: !options.tty, detachKeys: keys },
      terminal
    )
    return Option.match(exit, { onNone: () => 0, onSome: ({ code }) => code })
  }).pipe(Effect.scoped)
)
