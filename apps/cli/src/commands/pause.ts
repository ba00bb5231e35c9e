import { Containers } from "@gantry/engine/containers/Containers"
import { pause, unpause } from "@gantry/engine/verbs/pause"
import * as Effect from "effect/Effect"
import { pause as pauseTable, unpause as unpauseTable } from "../argv/tables/lifecycle.ts"
import type { Terminal } from "../terminal.ts"
import { define } from "./define.ts"
import { each, manyAtOnce } from "./each.ts"

const onEach = (verb: typeof pause, operands: ReadonlyArray<string>, terminal: Terminal) =>
  each(
    operands,
    terminal,
    (name) =>
      Effect.gen(function* () {
        yield* verb(yield* (yield* Containers).find(name))
        return name
      }),
    manyAtOnce
  )

/** `gantry pause`. */
export default define(pauseTable, ({ operands }, { terminal }) => onEach(pause, operands, terminal))

/** `gantry unpause`. */
export const going = define(unpauseTable, ({ operands }, { terminal }) => onEach(unpause, operands, terminal))
