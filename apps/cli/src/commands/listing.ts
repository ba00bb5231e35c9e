import * as Effect from "effect/Effect"
import { goTypeProblem } from "../show/go-problem.ts"
import { formatListing, type Listing, unescapeFormat } from "../show/template.ts"
import { type Terminal, widthOf } from "../terminal.ts"
import { Usage } from "./Usage.ts"

/** Prints a listing as `--format` and `-q` want it. */
export const printListing = (
  format: string | undefined,
  listing: Listing,
  terminal: Terminal
): Effect.Effect<number, Usage> => {
  const text = formatListing(format, { ...widthOf(terminal), ...listing })
  if (!text.ok) {
    const { goType } = listing
    const reason =
      goType === undefined ? {} : { reason: goTypeProblem(text.problem, unescapeFormat(format ?? ""), goType) }
    return new Usage({ message: text.problem, ...reason, hint: "see --help for the fields", status: 1 })
  }
  terminal.out(text.value)
  return Effect.succeed(0)
}
