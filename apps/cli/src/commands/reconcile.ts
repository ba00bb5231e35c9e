import { reconcileAll } from "@gantry/engine/verbs/reconcile"
import * as Effect from "effect/Effect"
import { reconcile as table } from "../argv/tables/system.ts"
import { explain } from "../show/explain.ts"
import { define } from "./define.ts"

/** `gantry system reconcile`: succeeds with 1 when a container could not be started. */
export default define(table, ({ options: { dryRun, start } }, { terminal }) =>
  Effect.gen(function* () {
    const { failed, notes, removed, settled, started } = yield* reconcileAll({ start, dryRun })
    const tell = (names: ReadonlyArray<string>, did: string, would: string) => {
      for (const name of names) terminal.out(`${name}: ${dryRun ? would : did}\n`)
    }
    tell(settled, "had ended; gave back what it held", "has ended; would give back what it holds")
    tell(removed, "had ended; removed, as --rm asks", "has ended; would be removed, as --rm asks")
    for (const note of notes) terminal.out(`${note}\n`)
    tell(started, "started", "would be started")
    for (const { error, name } of failed) {
      const { todo, what, why } = explain(error)
      terminal.err(`gantry: ${name} could not be started: ${what}${why === undefined ? "" : `: ${why}`}\n`)
      if (todo !== undefined) terminal.err(`  try: ${todo}\n`)
    }
    if ([settled, removed, notes, started, failed].every(({ length }) => length === 0))
      terminal.out("all is as it should be\n")
    return failed.length === 0 ? 0 : 1
  })
)
