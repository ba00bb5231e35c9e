import type { Command } from "../Command.ts"
import { names } from "./names.ts"

/** `gantry import`. */
export const importImage = {
  ...names.importImage,
  usage: "[OPTIONS] FILE|URL|- [REPOSITORY[:TAG]]",
  interspersed: true,
  operands: { min: 1, max: 2 },
  options: {
    change: { kind: "list", short: "c", about: "Instruction of a Dockerfile that sets how the image runs" },
    message: { kind: "text", short: "m", about: "What history says of it" },
    platform: { kind: "text", about: "What its programs were compiled for, as os/arch[/variant]" }
  }
} as const satisfies Command

/** `gantry export`. */
export const exportContainer = {
  ...names.exportContainer,
  usage: "[OPTIONS] CONTAINER",
  interspersed: true,
  operands: { min: 1, max: 1 },
  options: {
    output: { kind: "text", short: "o", about: "File to write to, instead of standard output" }
  }
} as const satisfies Command
