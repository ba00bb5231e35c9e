import type { Command } from "../Command.ts"
import { names } from "./names.ts"
import { trustOptions } from "./trust.ts"

/** `gantry registry tags`. */
export const registryTags = {
  ...names.registryTags,
  usage: "[OPTIONS] NAME",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: trustOptions
} as const satisfies Command

/** `gantry registry copy`. */
export const registryCopy = {
  ...names.registryCopy,
  usage: "[OPTIONS] SOURCE DESTINATION",
  interspersed: true,
  operands: { min: 2, max: 2 },
  options: { quiet: { kind: "flag", short: "q", about: "Print only the image's digest" }, ...trustOptions }
} as const satisfies Command
