import { Runtime } from "@gantry/core/runtime/Runtime"
import { Containers } from "@gantry/engine/containers/Containers"
import * as Effect from "effect/Effect"
import { wait as table } from "../argv/tables/lifecycle.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"

/** `gantry wait`: exit codes, one a line, in the order of the operands. */
export default define(table, ({ operands }, { terminal }) =>
  each(operands, terminal, (name) =>
    Effect.gen(function* () {
      const runtime = yield* Runtime
      const record = yield* (yield* Containers).find(name)
      const exit = yield* runtime.wait(record.id).pipe(
        // A container that never ran has no code; Docker answers 0 for it.
        Effect.catchTag("NotRunning", () => Effect.succeed({ code: 0 }))
      )
      return String(exit.code)
    })
  )
)
