import { Containers } from "@gantry/engine/containers/Containers"
import { containerChanges } from "@gantry/engine/verbs/container-changes"
import * as Effect from "effect/Effect"
import { diff as table } from "../argv/tables/watching.ts"
import { define } from "./define.ts"

const letters = { added: "A", changed: "C", removed: "D" } as const

/** `gantry diff`. */
export default define(table, ({ operands: [name = ""] }, { terminal }) =>
  Effect.gen(function* () {
    const changes = yield* containerChanges(yield* (yield* Containers).find(name))
    terminal.out(changes.map(({ change, path }) => `${letters[change]} ${path}\n`).join(""))
    return 0
  })
)
