import { Containers } from "@gantry/engine/containers/Containers"
import { rename } from "@gantry/engine/verbs/rename"
import * as Effect from "effect/Effect"
import { rename as table } from "../argv/tables/lifecycle.ts"
import { parseName } from "../argv/values/name.ts"
import { complaint } from "../show/complaint.ts"
import { define } from "./define.ts"
import { valueOf } from "./read-values.ts"
import { Usage } from "./Usage.ts"

/** `gantry rename`. */
export default define(table, ({ operands: [name = "", wished = ""] }, { terminal }) => {
  const renamed = Effect.gen(function* () {
    const containers = yield* Containers
    const record = yield* containers.find(name)
    const fresh = yield* valueOf("NEW_NAME", wished, parseName(wished))
    if (record.name === fresh)
      return yield* new Usage({
        message: "Renaming a container with the same name as its current name",
        status: 125,
        speaker: "daemon"
      })
    yield* rename(record, fresh)
    return 0
  })
  if (terminal.program === "gantry") return renamed
  return Effect.catchAll(renamed, (failure) => {
    terminal.err(`${complaint(failure, terminal)}Error: failed to rename container named ${name}\n`)
    return Effect.succeed(1)
  })
})
