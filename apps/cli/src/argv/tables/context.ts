import type { Command } from "../Command.ts"
import { names } from "./names.ts"
import { plainFormat } from "./table-options.ts"

/** `gantry context ls`. */
export const contextLs = {
  ...names.contextLs,
  usage: "[OPTIONS] [PATH | URL | -]",
  interspersed: true,
  operands: { min: 0, max: 1 },
  options: {
    file: { kind: "text", short: "f", about: "Name of the Dockerfile, whose own ignore file counts first" },
    quiet: { kind: "flag", short: "q", about: "Print only the paths" },
    why: { kind: "list", about: "Say whether a path is sent, and which line of the ignore file decided" },
    format: plainFormat,
    json: { kind: "flag", about: "Print everything as JSON" }
  }
} as const satisfies Command
