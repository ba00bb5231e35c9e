import { Containers } from "@gantry/engine/containers/Containers"
import { remove } from "@gantry/engine/verbs/remove"
import * as Effect from "effect/Effect"
import { rm as table } from "../argv/tables/lifecycle.ts"
import { complaint } from "../show/complaint.ts"
import { define } from "./define.ts"
import { each, manyAtOnce } from "./each.ts"

/** `gantry rm`. With `--force`, a container that is not there is no failure. */
export default define(table, ({ operands, options }, { terminal }) =>
  each(
    operands,
    terminal,
    (name) =>
      Effect.gen(function* () {
        const record = yield* (yield* Containers).find(name)
        yield* remove(record, { force: options.force, volumes: options.volumes })
        return name
      }).pipe(
        Effect.catchTag("NoSuchContainer", (missing) => {
          if (!options.force) return Effect.fail(missing)
          terminal.err(complaint(missing, terminal))
          return Effect.succeed(undefined)
        })
      ),
    manyAtOnce
  )
)
