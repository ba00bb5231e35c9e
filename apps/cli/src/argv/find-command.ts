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
  const first = words[0]
  if (first === undefined) return good({ kind: "overview", words: [], globals })

  const all = Object.keys(commands).filter((name): name is Name => name in commands)
  for (const length of [2, 1]) {
    for (const name of all) {
      const path = commands[name].paths.find(
        (each) => each.length === length && each.every((word, index) => word === words[index])
      )
      if (path === undefined) continue
      const rest = asksHelp || globals.help ? ["--help"] : words.slice(length)
      return good({ kind: "command", name, words: path, args: rest, globals })
    }
  }

  const paths = all.flatMap((name) => (commands[name].section === "hidden" ? [] : commands[name].paths))
  const inGroup = paths.filter((path) => path.length === 2 && path[0] === first)
  if (inGroup.length === 0)
    return bad(
      unknown(
        [first],
        paths.map((path) => path[0] ?? ""),
        []
      )
    )
  const second = words[1]
  if (second === undefined || second.startsWith("-")) return good({ kind: "overview", words: [first], globals })
  return bad(
    unknown(
      [first, second],
      inGroup.map((path) => path[1] ?? ""),
      [first]
    )
  )
}

const unknown = (words: ReadonlyArray<string>, known: ReadonlyArray<string>, group: ReadonlyArray<string>): Problem => {
  const near = nearest(words.at(-1) ?? "", known)
  return {
    kind: "unknown-command",
    words,
    ...(near === undefined ? {} : { suggestion: ["gantry", ...group, near].join(" ") })
  }
}
