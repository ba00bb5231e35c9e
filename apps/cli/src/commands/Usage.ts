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

/**
 * What can be read and cannot be done, here or together with another option: docker's daemon says such things. They end
 * with 125 where a container was to be made, and with 1 elsewhere.
 */
export const refused = (message: string, hint: string, status: 1 | 125 = 125): Usage =>
  new Usage({ message, hint, status, speaker: "daemon" })

/** What Docker's command line has nothing to add to; it ends with 1. */
export const plain = (message: string, hint: string): Usage => new Usage({ message, hint, status: 1, speaker: "plain" })

/** `-it` without a terminal. */
export const notTerminal = plain("the input device is not a TTY", "leave out -t, or run it in a terminal")

/** `-a` with `-d`. */
export const attachedAndDetached = plain(
  "conflicting options: cannot specify both --attach and --detach",
  "leave out one of them"
)
