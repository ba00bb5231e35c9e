import type { FailedCommand } from "@gantry/engine/steps/FailedCommand"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { attachSession } from "../attach-session.ts"
import { explain } from "../show/explain.ts"
import type { Terminal } from "../terminal.ts"
import type { BuildProgress } from "./build-progress.ts"
import { badValue, type Usage } from "./Usage.ts"

/** What a shell after a failure needs to know of the build. */
export interface ShellAround {
  readonly progress: Pick<BuildProgress, "pause">
  readonly terminal: Terminal
  /** The Dockerfile or the context came on standard input, which is then at its end. */
  readonly isInputTaken: boolean
}

/** What `--on-error` asks for: a shell in what a failed command left, or in what it found; nothing by default. */
export const shellOnError = (
  text: string | undefined,
  around: ShellAround
): Effect.Effect<((failed: FailedCommand) => Effect.Effect<void>) | undefined, Usage> => {
  if (text === undefined || text === "" || text === "fail") return Effect.succeed(undefined)
  if (text !== "shell" && text !== "shell-before") {
    return badValue(
      `--on-error ${text}: no such way`,
      "shell, shell-before (the files as the command found them) or fail"
    )
  }
  if (around.isInputTaken) {
    return badValue(
      `--on-error=${text} needs standard input, from which this build reads`,
      "name the Dockerfile and the context as files"
    )
  }
  return Effect.succeed((failed) => openShell(failed, text === "shell" ? "after" : "before", around))
}

const openShell = (
  failed: FailedCommand,
  files: "before" | "after",
  { progress, terminal }: ShellAround
): Effect.Effect<void> =>
  Effect.scoped(
    Effect.gen(function* () {
      yield* Effect.acquireRelease(Effect.sync(progress.pause), (resume) => Effect.sync(resume))
      const tty = terminal.stdinIsTerminal && terminal.stdoutIsTerminal
      const seen = files === "after" ? "as it left them" : "as it found them"
      terminal.err(
        `${failed.text}: exit code ${failed.exitCode}\nThis is ${failed.shell} with its files ${seen}. What is changed here is thrown away; leave it to end the build.\n`
      )
      const { TERM } = terminal.env
      const session = yield* failed.open({ files, tty, env: tty && TERM !== undefined ? [`TERM=${TERM}`] : [] })
      const ended = yield* attachSession(
        session,
        { stdin: true, tty, signals: false, detachKeys: new Uint8Array() },
        terminal
      )
      if (Option.isSome(ended) && ended.value.code !== 0) terminal.err(`the shell ended with ${ended.value.code}\n`)
    })
  ).pipe(
    // The build has failed already, and says why.
    Effect.catchAll((failure) => {
      const { what, why } = explain(failure)
      return Effect.sync(() => terminal.err(`no shell: ${what}${why === undefined ? "" : ` (${why})`}\n`))
    })
  )
