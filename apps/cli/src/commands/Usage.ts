import * as Data from "effect/Data"

/** The arguments do not fit: exit status 125 as Docker's, or 1 for a wrong number of operands. */
export class Usage extends Data.TaggedError("Usage")<{
  readonly message: string
  readonly hint?: string
  readonly status: number
}> {}

/** A value that could not be read. */
export const badValue = (message: string, hint?: string): Usage =>
  new Usage({ message, status: 125, ...(hint === undefined ? {} : { hint }) })
