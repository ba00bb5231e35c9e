import type { Command } from "../Command.ts"
import type { OptionTable } from "../Option.ts"
import { names } from "./names.ts"

/** `gantry debug apply-layer`. */
export const applyLayer = {
  ...names.applyLayer,
  usage: "DIRECTORY < ARCHIVE",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {} satisfies OptionTable
} as const satisfies Command

/** `gantry debug config-schema`. */
export const debugConfigSchema = {
  ...names.debugConfigSchema,
  usage: "",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {} satisfies OptionTable
} as const satisfies Command

/** `gantry debug dockerfile`. */
export const debugDockerfile = {
  ...names.debugDockerfile,
  usage: "[OPTIONS] FILE | -",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    json: { kind: "flag", about: "Print places, heredocs and diagnostics too, as JSON" }
  } satisfies OptionTable
} as const satisfies Command

/** `gantry debug oci-config`. */
export const debugOciConfig = {
  ...names.debugOciConfig,
  usage: "CONTAINER",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {} satisfies OptionTable
} as const satisfies Command
