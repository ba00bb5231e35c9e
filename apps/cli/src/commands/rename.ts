import { Containers } from "@gantry/engine/containers/Containers"
import { rename } from "@gantry/engine/verbs/rename"
import * as Effect from "effect/Effect"
import { rename as table } from "../argv/tables/lifecycle.ts"
import { parseName } from "../argv/values/name.ts"
import { define } from "./define.ts"
import { valueOf } from "./read-values.ts"
import { badValue } from "./Usage.ts"

/** `gantry rename`. */
export default define(table, ({ operands: [name = "", wished = ""] }) =>
  Effect.gen(function* () {
    const containers = yield* Containers
    const fresh = yield* valueOf("NEW_NAME", wished, parseName(wished))
    const record = yield* containers.find(name)
    if (record.name === fresh) return yield* badValue("Renaming a container with the same name as its current name")
    yield* rename(record, fresh)
    return 0
  })
)
