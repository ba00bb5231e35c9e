import type { Command } from "../Command.ts"
import { names } from "./names.ts"

/** `gantry cp`. */
export const copy = {
  ...names.copy,
  usage: "[OPTIONS] CONTAINER:SRC_PATH... DEST_PATH|-  or  SRC_PATH...|- CONTAINER:DEST_PATH",
  interspersed: true,
  operands: { min: 2 },
  options: {
    archive: { kind: "flag", short: "a", about: "Keep owners; into a container, give files to its own user" },
    followLink: { kind: "flag", short: "L", about: "Copy what a link in SRC_PATH leads to" },
    quiet: { kind: "flag", short: "q", about: "Do not say what was copied" }
  }
} as const satisfies Command
