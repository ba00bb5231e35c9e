import type { ServiceHook } from "@gantry/compose/ServiceHook"
import { exec } from "@gantry/engine/verbs/exec"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createContext } from "../../commands/create-context.ts"
import type { Terminal } from "../../terminal.ts"
import type { Member } from "./members.ts"

/** What a command in a container came to. */
export interface Ran {
  readonly code: number
  /** What it wrote last, to whichever stream; empty when it wrote nothing. */
  readonly lastLine: string
}

/** Runs a command of a Compose file in a container, and waits for its end. `onLine`: is told what it writes. */
export const runIn = (
  { record }: Pick<Member, "record">,
  { command, environment, privileged, user, workingDir }: ServiceHook,
  onLine: (line: string) => void,
  terminal: Terminal
) =>
  Effect.gen(function* () {
    const session = yield* exec(record, {
      argv: command,
      env: Object.entries(environment).map(([name, value]) => (value === null ? name : `${name}=${value}`)),
      privileged,
      allCapabilities: privileged ? createContext(terminal).allCapabilities : [],
      stdin: false,
      tty: false,
      ...(user === undefined ? {} : { user }),
      ...(workingDir === undefined ? {} : { workdir: workingDir })
    })
    let lastLine = ""
    yield* session.output.pipe(
      Stream.map(({ bytes }) => bytes),
      Stream.decodeText(),
      Stream.splitLines,
      Stream.runForEach((line) =>
        Effect.sync(() => {
          if (line.trim() !== "") lastLine = line
          onLine(line)
        })
      )
    )
    const { code } = yield* session.exit
    return { code, lastLine } satisfies Ran
  }).pipe(Effect.scoped)
