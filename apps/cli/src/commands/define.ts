import type { SettingsShape } from "@gantry/core/Settings"
import type * as Effect from "effect/Effect"
import type { Command } from "../argv/Command.ts"
import type { OptionTable } from "../argv/Option.ts"
import type { Parsed } from "../argv/parse.ts"
import type { EngineServices } from "../compose.ts"
import type { Failure } from "../show/explain.ts"
import type { Terminal } from "../terminal.ts"

/** What a command is given besides its arguments. */
export interface Context {
  readonly settings: SettingsShape
  readonly terminal: Terminal
  /** Values of `--plugin`, for what looks at plugins. */
  readonly plugins: ReadonlyArray<string>
}

/** A command: how its arguments look, and what it does. It succeeds with the exit status. */
export interface Definition<Table extends OptionTable = OptionTable> {
  readonly command: Command<Table>
  readonly run: (parsed: Parsed<Table>, context: Context) => Effect.Effect<number, Failure, EngineServices>
  /** Exit status of a failure that has none of its own. */
  readonly failed: number
  /** It looks at the plugins that are chosen and is served by none of them. */
  readonly ownServices?: true
}

/** A command that looks at plugins instead of being served by them, and so must work when they do not. */
export const lookingAtPlugins = <const Table extends OptionTable>(
  definition: Definition<Table>
): Definition<Table> => ({
  ...definition,
  ownServices: true
})

/** Puts a command together; the table decides the types of what `run` reads. */
export const define = <const Table extends OptionTable>(
  command: Command<Table>,
  run: Definition<Table>["run"],
  failed = 1
): Definition<Table> => ({ command, run, failed })
