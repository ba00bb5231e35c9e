import { resolve } from "node:path"
import type { ContextSource, NamedSource } from "@gantry/engine/contexts/ContextSource"
import type { DockerfileSource } from "@gantry/engine/contexts/open-context"
import * as Effect from "effect/Effect"
import { parseContextSource, parseNamedContext } from "../argv/values/context-source.ts"
import type { Terminal } from "../terminal.ts"
import { fileOf, valuesOf } from "./read-values.ts"
import { badValue, Usage } from "./Usage.ts"

/** The files of a build, as the command line names them. */
export interface BuildSource {
  readonly context: ContextSource
  readonly dockerfile?: DockerfileSource
}

/** Reads the operand of `build`, and `-f`. A Dockerfile beside a directory is a path of this machine, otherwise one of the context. */
export const buildSource = (
  operand: string,
  file: string | undefined,
  terminal: Pick<Terminal, "cwd" | "stdinIsTerminal">
): Effect.Effect<BuildSource, Usage> =>
  Effect.gen(function* () {
    if (operand === "-" && file === "-") {
      return yield* badValue("standard input cannot be the context and the Dockerfile", "give one of them another way")
    }
    if ((operand === "-" || file === "-") && terminal.stdinIsTerminal) {
      return yield* new Usage({
        message: "there is nothing on standard input",
        hint: operand === "-" ? "gantry build - < context.tar" : `gantry build -f - ${operand} < Dockerfile`,
        status: 1
      })
    }
    const context = operand === "-" ? standardInput() : yield* contextOf(operand, terminal.cwd)
    if (file === undefined) return { context }
    if (file === "-") {
      return { context, dockerfile: { text: yield* fileOf("-f", "/dev/stdin"), shown: "standard input" } }
    }
    return { context, dockerfile: context.of === "folder" ? { path: resolve(terminal.cwd, file) } : { inside: file } }
  })

/** A stream of standard input costs a start some milliseconds, so none is made before it is asked for. */
const standardInput = (): ContextSource => ({ of: "bytes", bytes: process.stdin, called: "standard input" })

const contextOf = (operand: string, cwd: string): Effect.Effect<ContextSource, Usage> => {
  const source = parseContextSource(operand, cwd)
  return source.ok
    ? Effect.succeed(source.value)
    : Effect.fail(
        new Usage({
          message: source.problem,
          hint: "name a directory, the address of a git repository or of an archive, or - for standard input",
          status: 1
        })
      )
}

/** All of `--build-context`; of two with one name the later counts. */
export const namedContexts = (
  texts: ReadonlyArray<string>,
  cwd: string
): Effect.Effect<ReadonlyMap<string, NamedSource>, Usage> =>
  Effect.map(
    valuesOf("--build-context", texts, (text) => parseNamedContext(text, cwd)),
    (pairs) => new Map(pairs)
  )
