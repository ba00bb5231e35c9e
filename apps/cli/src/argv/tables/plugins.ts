import type { Command } from "../Command.ts"
import { names } from "./names.ts"
import { tableFormat } from "./table-options.ts"

/** `gantry plugin ls`. */
export const pluginLs = {
  ...names.pluginLs,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: { format: tableFormat }
} as const satisfies Command

/** `gantry plugin check`. */
export const pluginCheck = {
  ...names.pluginCheck,
  usage: "[OPTIONS] MODULE[,OPTION=VALUE...]",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    law: { kind: "list", value: "id", about: "Try this law only; may be given several times" },
    place: {
      kind: "text",
      value: "image",
      about: "Repository that a registry is tried with; what is in it may change (default a layout folder)"
    }
  }
} as const satisfies Command
