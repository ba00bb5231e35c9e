import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"
import { objectFormat, tableFormat } from "./table-options.ts"

/** `gantry top`. What follows CONTAINER belongs to ps. */
export const top = {
  ...names.top,
  usage: "CONTAINER [ps OPTIONS]",
  interspersed: false,
  operands: { min: 1 },
  options: { format: tableFormat }
} as const satisfies Command

/** `gantry autopsy`. */
export const autopsy = {
  ...names.autopsy,
  usage: "[OPTIONS] [CONTAINER]",
  interspersed: true,
  operands: { min: 0, max: 1 },
  options: {
    format: objectFormat,
    list: { kind: "flag", short: "l", about: "Name the containers whose autopsies are kept, for a day" },
    tail: { kind: "text", short: "n", about: "Number of lines of the log (default 20)" }
  }
} as const satisfies Command

/** `gantry diff`. */
export const diff = {
  ...names.diff,
  usage: "CONTAINER",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: { format: tableFormat }
} as const satisfies Command

/** `gantry port`. */
export const port = {
  ...names.port,
  usage: "CONTAINER [PRIVATE_PORT[/PROTO]]",
  interspersed: true,
  operands: { min: 1, max: 2 },
  options: { format: tableFormat }
} as const satisfies Command

/** `gantry port add`. With one word after it, it is `gantry port` of a container of that name. */
export const portAdd = {
  ...names.portAdd,
  usage: "CONTAINER PORT...",
  interspersed: true,
  operands: { min: 0 },
  options: {} satisfies OptionTable
} as const satisfies Command

/** `gantry port move`. With one word after it, it is `gantry port` of a container of that name. */
export const portMove = {
  ...names.portMove,
  usage: "CONTAINER PORT PORT",
  interspersed: true,
  operands: { min: 0, max: 3 },
  options: {} satisfies OptionTable
} as const satisfies Command

/** `gantry port rm`. With one word after it, it is `gantry port` of a container of that name. */
export const portRm = {
  ...names.portRm,
  usage: "CONTAINER PORT...",
  interspersed: true,
  operands: { min: 0 },
  options: {} satisfies OptionTable
} as const satisfies Command

/** `gantry stats`. */
export const stats = {
  ...names.stats,
  usage: "[OPTIONS] [CONTAINER...]",
  interspersed: true,
  operands: { min: 0 },
  options: {
    all: { kind: "flag", short: "a", about: "Show containers that do not run, too" },
    format: tableFormat,
    noStream: { kind: "flag", about: "Show it once" },
    noTrunc: { kind: "flag", about: "Do not shorten what is shown" }
  }
} as const satisfies Command
