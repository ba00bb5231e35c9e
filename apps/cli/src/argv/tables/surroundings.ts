import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"
import { objectFormat, tableFormat } from "./table-options.ts"

/** `gantry info`. */
export const info = {
  ...names.info,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: { format: objectFormat }
} as const satisfies Command

/** `gantry doctor`. */
export const doctor = {
  ...names.doctor,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    format: objectFormat,
    json: { kind: "flag", about: "Print everything as JSON, as --format json does" }
  }
} as const satisfies Command

/** `gantry buildx version`. */
export const buildxVersion = {
  ...names.buildxVersion,
  usage: "",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {} satisfies OptionTable
} as const satisfies Command

/** `gantry buildx ls`. */
export const buildxLs = {
  ...names.buildxLs,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: { format: tableFormat }
} as const satisfies Command

/** `gantry buildx inspect`. */
export const buildxInspect = {
  ...names.buildxInspect,
  usage: "[OPTIONS] [NAME]",
  interspersed: true,
  operands: { min: 0, max: 1 },
  options: {
    bootstrap: { kind: "flag", about: "Start the builder", ignored: "the builder needs no start" }
  }
} as const satisfies Command
