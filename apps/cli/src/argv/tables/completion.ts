import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"

/** `gantry completion`. */
export const completion = {
  ...names.completion,
  usage: "bash|fish|zsh",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {} satisfies OptionTable
} as const satisfies Command
