import type { OptionTable, TextOption } from "../Option.ts"

/** `--format` of what prints a table. */
export const tableFormat = {
  kind: "text",
  about: '"json", a Go template, "table" or "table" and a Go template'
} as const satisfies TextOption

/** Options of everything that prints a table of things with ids. */
export const tableOptions = {
  format: tableFormat,
  noTrunc: { kind: "flag", about: "Do not shorten what is shown" },
  quiet: { kind: "flag", short: "q", about: "Print only ids" }
} as const satisfies OptionTable

/** `--format` of what has a view of its own, for programs. */
export const plainFormat = { kind: "text", about: 'Go template, or "json"' } as const satisfies TextOption

/** `--format` of what prints objects whole. */
export const objectFormat = { ...plainFormat, short: "f" } as const satisfies TextOption
