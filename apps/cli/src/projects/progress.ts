import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { palette } from "../show/color.ts"
import type { Terminal } from "../terminal.ts"

/** What of a project something is done to. */
export type Part = "Container" | "Image" | "Network" | "Volume"

/** Tells what is being done to the parts of a project, as docker compose does. */
export interface Progress {
  /** Says that something begins, does it, and says how it ended: badly, too, with an exit status other than 0. */
  readonly step: <A, E, R>(
    part: Part,
    name: string,
    words: readonly [doing: string, done: string],
    body: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, R>
  /** The same for what changes something: in a dry run it is said and not done. */
  readonly change: <E, R>(
    part: Part,
    name: string,
    words: readonly [doing: string, done: string],
    body: Effect.Effect<unknown, E, R>
  ) => Effect.Effect<void, E, R>
  /** Says something that is so already. */
  readonly note: (part: Part, name: string, word: string) => void
  /** Tells something that is no failure and that people should know. */
  readonly say: (sentence: string) => void
  /** Nothing is done, it is only told. */
  readonly isDry: boolean
}

/**
 * How it is wanted: nothing, lines as things happen, on a terminal one line for each thing that is done, or for programs
 * one JSON object a line.
 */
export const progressForms = ["json", "plain", "quiet", "tty"] as const
export type ProgressForm = (typeof progressForms)[number]

/** Progress on standard error. */
export const progressOn = (terminal: Terminal, form: ProgressForm, isDry: boolean): Progress => {
  const paint = palette({ isTerminal: terminal.stderrIsTerminal, environment: terminal.env })
  const line = (part: Part, name: string, word: string, mark: string) => {
    if (form === "quiet") return
    if (form === "json") {
      terminal.err(
        `${JSON.stringify({ ...(isDry ? { "dry-run": true } : {}), id: `${part} ${name}`, status: word })}\n`
      )
      return
    }
    const dry = isDry ? "DRY-RUN MODE - " : ""
    terminal.err(
      form === "tty" ? ` ${mark} ${dry}${part} ${paint.bold(name)}  ${word}\n` : ` ${dry}${part} ${name}  ${word}\n`
    )
  }
  const step: Progress["step"] = (part, name, [doing, done], body) =>
    Effect.suspend(() => {
      if (form !== "tty") line(part, name, doing, "")
      return body.pipe(
        Effect.tap((result) =>
          Effect.sync(() => {
            const isBad = typeof result === "number" && result !== 0
            line(part, name, isBad ? "Error" : done, isBad ? paint.red("✘") : paint.green("✔"))
          })
        ),
        // What was not finished because somebody asked for an end has not failed.
        Effect.tapErrorCause((cause) =>
          Effect.sync(() => {
            if (!Cause.isInterruptedOnly(cause)) line(part, name, "Error", paint.red("✘"))
          })
        )
      )
    })
  return {
    isDry,
    step,
    change: (part, name, words, body) => Effect.asVoid(step(part, name, words, isDry ? Effect.void : body)),
    say: (sentence) => terminal.err(`gantry: ${sentence}\n`),
    note: (part, name, word) => line(part, name, word, paint.green("✔"))
  }
}

/** The form that `--progress` and the terminal come to; undefined for a word that there is not. */
export const progressForm = (wished = "auto", terminal: Terminal): ProgressForm | undefined => {
  if (wished === "auto" || wished === "") return terminal.stderrIsTerminal ? "tty" : "plain"
  return progressForms.find((form) => form === wished)
}
