import { Containers } from "@gantry/engine/containers/Containers"
import { containerChanges } from "@gantry/engine/verbs/container-changes"
import * as Effect from "effect/Effect"
import { diff as table } from "../argv/tables/watching.ts"
import { changeLetter } from "../show/change-letter.ts"
import { define } from "./define.ts"
import { printListing } from "./listing.ts"

const diffHeaders = { Type: "CHANGE TYPE", Path: "PATH" }

/** `gantry diff`. */
export default define(table, ({ operands: [name = ""], options: { format } }, { terminal }) =>
  Effect.gen(function* () {
    const changes = yield* containerChanges(yield* (yield* Containers).find(name))
    if (format !== undefined) {
      const rows = changes.map(({ change, path }) => ({ Type: changeLetter[change], Path: path }))
      return yield* printListing(format, { rows, headers: diffHeaders, columns: ["Type", "Path"] }, terminal)
    }
    terminal.out(changes.map(({ change, path }) => `${changeLetter[change]} ${path}\n`).join(""))
    return 0
  })
)
