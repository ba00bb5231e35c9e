import type { Command } from "../argv/Command.ts"
import { commandHelp } from "../argv/help.ts"
import { names } from "../argv/tables/names.ts"
import type { OptionTable } from "../argv/Option.ts"
import { parse, type Parsed } from "../argv/parse.ts"
import { problemText } from "../argv/problem-text.ts"
import type { Terminal } from "../terminal.ts"

/** Reads the arguments of a command. Where they ask for help or make no sense, that is said, and the exit status comes. */
export const readArguments = <Table extends OptionTable>(
  command: Command<Table>,
  words: ReadonlyArray<string>,
  args: ReadonlyArray<string>,
  terminal: Terminal
): Parsed<Table> | number => {
  const parsed = parse(command, words, args)
  if (!parsed.ok) {
    terminal.err(problemText(parsed.problem, words, terminal.program, command))
    return parsed.problem.kind === "operands" ? 1 : 125
  }
  if (!parsed.value.help) return parsed.value
  terminal.out(commandHelp(command, words, terminal.size().columns, terminal.program, names))
  return 0
}
