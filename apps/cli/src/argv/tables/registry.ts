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

/** `gantry registry serve`. */
export const registryServe = {
  ...names.registryServe,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    address: {
      kind: "text",
      value: "[address:]port",
      about: "Where to listen (default 127.0.0.1:5000); everybody who gets there may pull everything"
    }
  }
} as const satisfies Command
