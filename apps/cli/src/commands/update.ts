import { Containers } from "@gantry/engine/containers/Containers"
import { update } from "@gantry/engine/verbs/update"
import * as Effect from "effect/Effect"
import { update as table } from "../argv/tables/lifecycle.ts"
import { define } from "./define.ts"
import { each } from "./each.ts"
import { restartOf } from "./life-options.ts"
import { given } from "./read-values.ts"
import { resourcesOf } from "./resource-options.ts"
import { badValue, Usage } from "./Usage.ts"

/** `gantry update`. */
export default define(table, ({ given: said, operands, options }, { terminal }) =>
  Effect.gen(function* () {
    const resources = yield* resourcesOf(options)
    const restart = yield* restartOf({ restart: options.restart, rm: false })
    if (said.size === 0) {
      return yield* new Usage({
        message: "you must provide one or more flags when using this command",
        hint: "see gantry update --help",
        status: 1
      })
    }
    return yield* each(operands, terminal, (name) =>
      Effect.gen(function* () {
        const record = yield* (yield* Containers).find(name)
        if (record.options.autoRemove && restart !== undefined && restart.policy !== "no") {
          return yield* badValue(
            `${name}: Restart policy cannot be updated because AutoRemove is enabled for the container`
          )
        }
        yield* update(record, { resources, ...given("restart", restart) })
        return name
      })
    )
  })
)
