import * as Data from "effect/Data"
import type { Speaker } from "../show/docker-words.ts"

/** The arguments do not fit: exit status 125 as Docker's, or 1 for a wrong number of operands. */
export class Usage extends Data.TaggedError("Usage")<{
  readonly message: string
  readonly hint?: string
  readonly status: number
  /** Who complains when the program is called `docker`, the client unless said, */
  readonly speaker?: Speaker
  /** and its sentence, where it is not the message. */
  readonly reason?: string
}> {}

/** A value that could not be read. */
export const badValue = (message: string, hint?: string): Usage =>
  new Usage({ message, status: 125, ...(hint === undefined ? {} : { hint }) })

/** `-it` without a terminal. As Docker's command line, which has nothing to add to it and ends with 1. */
export const notTerminal = new Usage({
  message: "the input device is not a TTY",
  hint: "leave out -t, or run it in a terminal",
  status: 1,
  speaker: "plain"
})
