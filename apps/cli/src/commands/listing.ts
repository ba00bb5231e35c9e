import * as Effect from "effect/Effect"
import { formatListing, type Listing } from "../show/template.ts"
import type { Terminal } from "../terminal.ts"
import { Usage } from "./Usage.ts"

/** Prints a listing as `--format` and `-q` want it. */
export const printListing = (
  format: string | undefined,
  listing: Listing,
  terminal: Terminal
): Effect.Effect<number, Usage> => {
  const text = formatListing(format, listing)
  if (!text.ok) return new Usage({ message: text.problem, hint: "see --help for the fields", status: 1 })
  terminal.out(text.value)
  return Effect.succeed(0)
}
