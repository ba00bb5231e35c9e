import * as Effect from "effect/Effect"
import type { Name } from "../argv/tables/names.ts"
import { names } from "../argv/tables/names.ts"
import type { Context } from "../commands/define.ts"
import { load } from "../commands/load.ts"
import { readArguments } from "../commands/read-arguments.ts"
import type { EngineServices } from "../compose.ts"
import type { Failure } from "../show/explain.ts"
import { type Terminal } from "../terminal.ts"

/** Runs a command of gantry as if it had been typed, and succeeds with its exit status. */
export const typedCommand = (
  name: Name,
  args: ReadonlyArray<string>,
  context: Context
): Effect.Effect<number, Failure, EngineServices> =>
  Effect.gen(function* () {
    const definition = yield* Effect.promise(() => load(name))
    if (definition === undefined) return 1
    const parsed = readArguments(definition.command, names[name].paths[0], args, context.terminal)
    return typeof parsed === "number" ? parsed : yield* definition.run(parsed, context)
  })

/** The same without what it writes to standard output: names and IDs that were asked for by nobody. */
export const silently = <C extends Context>(context: C): C => ({
  ...context,
  terminal: Object.create(context.terminal, { out: { value: () => undefined } }) as Terminal
})
