import type { CommandName } from "./Command.ts"
import { nearest } from "@gantry/core/nearest"
import { type OptionTable } from "./Option.ts"
import { scan, type Parsed } from "./parse.ts"
import type { Problem } from "./Problem.ts"
import { bad, good, type Result } from "./Result.ts"

/** What the program was asked for, before the command's own arguments are read. */
export type Asked<Name extends string, Globals extends OptionTable> = {
  /** Options written before the command. */
  readonly globals: Parsed<Globals>
} & (
  | {
      readonly kind: "command"
      readonly name: Name
      /** The words it was called by, `["container", "rm"]`. */
      readonly words: ReadonlyArray<string>
      readonly args: ReadonlyArray<string>
    }
  /** A group without a command, or the program alone (`words` is empty): show what there is. */
  | { readonly kind: "overview"; readonly words: ReadonlyArray<string> }
)

/**
 * Splits the program's arguments into its own options, the command's words and the command's arguments.
 *
 * `help rm` is `rm --help`.
 */
export const findCommand = <Name extends string, Globals extends OptionTable>(
  commands: Readonly<Record<Name, CommandName>>,
  globalOptions: Globals,
  args: ReadonlyArray<string>
): Result<Asked<Name, Globals>, Problem> => {
  const scanned = scan(globalOptions, false, args)
  if (!scanned.ok) return scanned
  const globals = scanned.value
  const asksHelp = globals.operands[0] === "help"
  const words = asksHelp ? globals.operands.slice(1) : globals.operands

  const found = commandOf(commands, words)
  if (found !== undefined) {
    const rest = asksHelp || globals.help ? ["--help"] : words.slice(found.path.length)
    return good({ kind: "command", name: found.name, words: found.path, args: rest, globals })
  }

  const paths = namesOf(commands).flatMap((name) => (commands[name].section === "hidden" ? [] : commands[name].paths))
  let group: ReadonlyArray<string> = []
  for (;;) {
    const word = words[group.length]
    if (word === undefined || (group.length > 0 && word.startsWith("-"))) {
      return good({ kind: "overview", words: group, globals })
    }
    const deeper = [...group, word]
    if (below(paths, deeper).length === 0) {
      const known = below(paths, group).map((path) => path[group.length] ?? "")
      return bad(unknown(deeper, known, group))
    }
    group = deeper
  }
}

/** The paths that go on behind the words of a group. */
const below = (paths: ReadonlyArray<ReadonlyArray<string>>, group: ReadonlyArray<string>) =>
  paths.filter((path) => path.length > group.length && group.every((word, at) => path[at] === word))

const namesOf = <Name extends string>(commands: Readonly<Record<Name, CommandName>>): ReadonlyArray<Name> =>
  Object.keys(commands).filter((name): name is Name => name in commands)

/** The command whose path stands at the beginning of the words, the longest one of several. */
export const commandOf = <Name extends string>(
  commands: Readonly<Record<Name, CommandName>>,
  words: ReadonlyArray<string>
): { readonly name: Name; readonly path: ReadonlyArray<string> } | undefined =>
  namesOf(commands)
    .flatMap((name) => commands[name].paths.map((path) => ({ name, path })))
    .filter(({ path }) => path.every((word, at) => word === words[at]))
    .toSorted((a, b) => b.path.length - a.path.length)[0]

const unknown = (words: ReadonlyArray<string>, known: ReadonlyArray<string>, group: ReadonlyArray<string>): Problem => {
  const near = nearest(words.at(-1) ?? "", known)
  return {
    kind: "unknown-command",
    words,
    ...(near === undefined ? {} : { suggestion: ["gantry", ...group, near].join(" ") })
  }
}
