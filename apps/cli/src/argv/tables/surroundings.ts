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

/** What Docker calls contexts are engines to talk to. `docker context ls`. */
export const dockerContextLs = {
  ...names.dockerContextLs,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: { format: tableFormat, quiet: { kind: "flag", short: "q", about: "Print only the names" } }
} as const satisfies Command

/** `docker context show`. */
export const dockerContextShow = {
  ...names.dockerContextShow,
  usage: "",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {} satisfies OptionTable
} as const satisfies Command

/** `docker context inspect`. */
export const dockerContextInspect = {
  ...names.dockerContextInspect,
  usage: "[OPTIONS] [CONTEXT] [CONTEXT...]",
  interspersed: true,
  operands: { min: 0 },
  options: { format: { kind: "text", short: "f", about: 'A Go template, or "json"' } }
} as const satisfies Command

/** `docker context use`. */
export const dockerContextUse = {
  ...names.dockerContextUse,
  usage: "CONTEXT",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {} satisfies OptionTable
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
