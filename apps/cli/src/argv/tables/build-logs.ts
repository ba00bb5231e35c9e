import type { Command } from "../Command.ts"
import { names } from "./names.ts"
import { tableFormat } from "./table-options.ts"

/** `gantry build log`. */
export const buildLog = {
  ...names.buildLog,
  usage: "[OPTIONS] [BUILD] [STEP]",
  interspersed: true,
  operands: { min: 0, max: 2 },
  options: {
    json: { kind: "flag", about: "Print what is known of the build and its steps as JSON, without what they wrote" }
  }
} as const satisfies Command

/** `gantry build history`. */
export const buildHistory = {
  ...names.buildHistory,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    format: tableFormat,
    quiet: { kind: "flag", short: "q", about: "Print only the ids" }
  }
} as const satisfies Command
