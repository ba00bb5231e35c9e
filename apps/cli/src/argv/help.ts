import { called, type Command, type CommandName, type Program } from "./Command.ts"
import { offered, type Option, type OptionTable } from "./Option.ts"

/** The width Docker falls back to, and the least that leaves room for both columns. */
const usualWidth = 80
const leastWidth = 40

/**
 * The help of one command, and of those among `commands` that begin with its words. `width` is the terminal's in columns.
 * Ends with a line break.
 */
export const commandHelp = (
  command: Command,
  words: ReadonlyArray<string> = command.paths[0],
  width: number = usualWidth,
  program: Program = "gantry",
  commands: { readonly [name: string]: CommandName } = {}
): string => {
  const options = optionRows(command.options)
  const below = command.below === undefined ? membersOf(commands, words) : membersOf(command.below, [])
  return paragraphs(
    `Usage:  ${called(words, program)}${command.usage === "" ? "" : ` ${command.usage}`}`,
    command.summary,
    command.paths.length > 1
      ? `Aliases:\n  ${wrap(command.paths.map((path) => called([...above(command, words), ...path], program)).join(", "), width - 2).join("\n  ")}`
      : "",
    below.length > 0 ? `Commands:\n${columns(below, width)}` : "",
    options.length > 0 ? `Options:\n${columns(options, width)}` : ""
  )
}

/** The words before a command whose paths begin below another one: `compose`. */
const above = ({ paths }: Command, words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const longest = paths.toSorted((a, b) => b.length - a.length)
  const path = longest.find((each) => each.every((word, index) => word === words.at(index - each.length)))
  return path === undefined ? [] : words.slice(0, words.length - path.length)
}

/** What the program can do: its commands by section, and its own options. */
export const programHelp = (
  commands: { readonly [name: string]: CommandName },
  groups: { readonly [word: string]: string },
  globalOptions: OptionTable,
  width: number = usualWidth,
  program: Program = "gantry"
): string => {
  const all = Object.values(commands)
  const section = (wanted: CommandName["section"]) =>
    all.flatMap(({ paths: [path], section: own, summary }) =>
      own === wanted && path.length === 1 ? [[path.join(" "), summary] as const] : []
    )
  return paragraphs(
    `Usage:  ${program} [OPTIONS] COMMAND`,
    "Builds, keeps and runs containers, without a daemon",
    `Common Commands:\n${columns(section("common"), width)}`,
    `Management Commands:\n${columns(
      Object.entries(groups).filter(([group]) => !group.includes(" ")),
      width
    )}`,
    `Commands:\n${columns(section("other"), width)}`,
    `Global Options:\n${columns(optionRows(globalOptions), width)}`,
    wrap(`Run '${program} COMMAND --help' for more information on a command.`, width).join("\n")
  )
}

/** The commands of one group, such as `image`, or `buildx imagetools`, and the groups within it. */
export const groupHelp = (
  commands: { readonly [name: string]: CommandName },
  group: string,
  summary: string,
  width: number = usualWidth,
  program: Program = "gantry",
  groups: { readonly [words: string]: string } = {}
): string =>
  paragraphs(
    `Usage:  ${called([group], program)} COMMAND`,
    summary,
    `Commands:\n${columns(membersOf(commands, group.split(" "), groups), width)}`,
    wrap(`Run '${called([group], program)} COMMAND --help' for more information on a command.`, width).join("\n")
  )

/** The commands, and groups of them, of one word more than these: that word and what it does. */
const membersOf = (
  commands: { readonly [name: string]: CommandName },
  group: ReadonlyArray<string>,
  groups: { readonly [words: string]: string } = {}
) =>
  Object.values(commands)
    .flatMap((command) => {
      const path = command.paths.find(
        (each) => each.length === group.length + 1 && group.every((word, at) => each[at] === word)
      )
      return path === undefined || command.section === "hidden" ? [] : [[path.at(-1) ?? "", command.summary] as const]
    })
    .concat(
      Object.entries(groups).flatMap(([words, summary]) =>
        words.startsWith(`${group.join(" ")} `) ? [[words.slice(group.join(" ").length + 1), summary] as const] : []
      )
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1))

/** What is shown below a problem with a command's arguments. */
export const usageHint = (command: Command, words: ReadonlyArray<string>, program: Program = "gantry"): string =>
  paragraphs(
    `Usage:  ${called(words, program)}${command.usage === "" ? "" : ` ${command.usage}`}`,
    `Run '${called(words, program)} --help' for more information`
  )

const paragraphs = (...parts: ReadonlyArray<string>): string => `${parts.filter((part) => part !== "").join("\n\n")}\n`

const optionRows = (table: OptionTable): ReadonlyArray<readonly [string, string]> =>
  offered(table).map(([name, option]) => [`${letter(option)}--${name}${valueName(option)}`, option.about] as const)

const letter = ({ short }: Option): string => (short === undefined ? "    " : `-${short}, `)

const valueName = (option: Option): string => {
  switch (option.kind) {
    case "flag":
      return ""
    case "text":
      return option.bare === undefined ? ` ${option.value ?? "string"}` : `[=${option.value ?? "string"}]`
    case "number":
      return " int"
    case "list":
      return ` ${option.value ?? "list"}`
  }
}

/** Two columns; the second is wrapped at words and stays in its column. */
const columns = (rows: ReadonlyArray<readonly [string, string]>, width: number): string => {
  const left = Math.max(0, ...rows.map(([term]) => term.length)) + 5
  const room = Math.max(leastWidth / 2, width - left)
  return rows
    .map(([term, about]) => `  ${term}`.padEnd(left) + wrap(about, room).join(`\n${" ".repeat(left)}`))
    .join("\n")
}

/** Breaks a text between words. A word that is longer than a line gets a line of its own. */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line]
}
