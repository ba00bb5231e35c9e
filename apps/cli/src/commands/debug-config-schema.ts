import * as Effect from "effect/Effect"
import { debugConfigSchema as table } from "../argv/tables/debug.ts"
import { define } from "./define.ts"

/** `gantry debug config-schema`: what editors want to know of a `gantry.config.json`, as JSON Schema. */
export default define(table, (_, { terminal }) =>
  Effect.gen(function* () {
    const [JSONSchema, { ConfigFile }] = yield* Effect.promise(() =>
      Promise.all([import("effect/JSONSchema"), import("../configuration/ConfigFile.ts")])
    )
    terminal.out(`${JSON.stringify(JSONSchema.make(ConfigFile), null, 2)}\n`)
    return 0
  })
)
