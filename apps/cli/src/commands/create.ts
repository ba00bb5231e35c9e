import { create } from "@gantry/engine/verbs/create"
import * as Effect from "effect/Effect"
import { create as table } from "../argv/tables/run.ts"
import { cidFile } from "./cid-file.ts"
import { createContext } from "./create-context.ts"
import { define } from "./define.ts"
import { fetching } from "./fetching.ts"
import { runOptions } from "./run-options.ts"

/** `gantry create`. */
export default define(
  table,
  ({ operands, options }, { terminal }) =>
    Effect.gen(function* () {
      const wished = yield* runOptions(options, operands, !options.interactive, {
        env: terminal.env,
        cwd: terminal.cwd
      })
      const finishCid = yield* cidFile(options.cidfile)
      const record = yield* create(wished, {
        ...createContext(terminal),
        fetching: fetching(terminal, options.quiet)
      })
      yield* finishCid(record.id)
      terminal.out(`${record.id}\n`)
      return 0
    }).pipe(Effect.scoped),
  125
)
