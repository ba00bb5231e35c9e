import type { Command } from "../Command.ts"
import { names } from "./names.ts"
import { objectFormat } from "./table-options.ts"

/** `gantry events`. */
export const events = {
  ...names.events,
  usage: "[OPTIONS]",
  interspersed: true,
  operands: { min: 0, max: 0 },
  options: {
    filter: {
      kind: "list",
      pairs: true,
      short: "f",
      value: "filter",
      about: 'Show only what matches, such as "type=image"'
    },
    format: { kind: "text", about: objectFormat.about },
    since: { kind: "text", about: "Show what has happened since a time (2026-01-02T15:04:05) or for a while (42m)" },
    until: { kind: "text", about: "Show what happens until a time or a while ago, and end then" }
  }
} as const satisfies Command
