import * as Effect from "effect/Effect"
import { formatListing, type Listing } from "../show/template.ts"
import type { Terminal } from "../terminal.ts"
import { Usage } from "./Usage.ts"

/** A terminal's width: people read there, and what is piped is never cut for them. */
export const widthOf = (terminal: Terminal): { readonly width?: number } =>
  terminal.stdoutIsTerminal ? { width: terminal.size().columns } : {}

/** Prints a listing as `--format` and `-q` want it. */
export const printListing = (
  format: string | undefined,
  listing: Listing,
  terminal: Terminal
): Effect.Effect<number, Usage> => {
  const text = formatListing(format, { ...widthOf(terminal), ...listing })
  if (!text.ok) return new Usage({ message: text.problem, hint: "see --help for the fields", status: 1 })
  terminal.out(text.value)
  return Effect.succeed(0)
}
