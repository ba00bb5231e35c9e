import * as Effect from "effect/Effect"
import { create as table } from "../argv/tables/run.ts"
import { cidFile } from "./cid-file.ts"
import { createContext } from "./create-context.ts"
import { attachedTo } from "./attached-to.ts"
import { define } from "./define.ts"
import { fetching } from "./fetching.ts"
import { withKeptLimits } from "./kept-limits.ts"
import { makeContainer } from "./make-container.ts"
import { runOptions } from "./run-options.ts"

/** `gantry create`. */
export default define(
  table,
  ({ operands, options }, { terminal }) =>
    Effect.gen(function* () {
      const attached = yield* attachedTo(options)
      const wished = yield* runOptions(options, operands, !attached.has("stdin"), {
        env: terminal.env,
        cwd: terminal.cwd
      })
      const finishCid = yield* cidFile(options.cidfile)
      const record = yield* makeContainer(
        withKeptLimits(wished, terminal.err),
        { ...createContext(terminal), fetching: fetching(terminal, options.quiet) },
        options.replace
      )
      yield* finishCid(record.id)
      terminal.out(`${record.id}\n`)
      return 0
    }).pipe(Effect.scoped),
  125
)
