import { Credentials } from "@gantry/core/registry/Credentials"
import * as Effect from "effect/Effect"
import { logout as table } from "../argv/tables/login.ts"
import { define } from "./define.ts"
import { serverName } from "./server-name.ts"

/** `gantry logout`. */
export default define(table, ({ operands: [operand] }, { terminal }) =>
  Effect.gen(function* () {
    const registry = yield* serverName(operand)
    const removed = yield* (yield* Credentials).remove(registry)
    terminal.out(removed ? `Removing login credentials for ${registry}\n` : `Not logged in to ${registry}\n`)
    return 0
  })
)
