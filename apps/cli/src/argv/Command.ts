import type { OptionTable } from "./Option.ts"

/** Where a command stands in the program's help. */
export type Section = "common" | "other" | "hidden"

/** What is needed to find a command and list it. Small, because it is loaded for every call of the program. */
export interface CommandName {
  /** All ways to call it, the shortest usual one first: `[["rm"], ["container", "rm"], ["container", "remove"]]`. */
  readonly paths: readonly [ReadonlyArray<string>, ...ReadonlyArray<ReadonlyArray<string>>]
  /** One line, no full stop. */
  readonly summary: string
  readonly section: Section
}

/** What is needed to read a command's arguments and explain them. */
export interface Command<Table extends OptionTable = OptionTable> extends CommandName {
  /** What follows the command's name in the usage line, such as `[OPTIONS] IMAGE [COMMAND] [ARG...]`. */
  readonly usage: string
  readonly options: Table
  /** `false`: the first operand ends the options, because what follows belongs to a container. */
  readonly interspersed: boolean
  /** How many operands are right. No `max` means any number. */
  readonly operands: { readonly min: number; readonly max?: number }
  /** Commands that are the first operand, each with arguments of its own. */
  readonly below?: { readonly [name: string]: CommandName }
}

/** What the program is called: its own name, or that of the command line whose place it takes. */
export type Program = "gantry" | "docker"

/** `gantry container rm`, as messages quote it. */
export const called = (words: ReadonlyArray<string>, program: Program): string => [program, ...words].join(" ")
