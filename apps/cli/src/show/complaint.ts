import { coverLogins } from "@gantry/core/logins"
import { called, type Command } from "../argv/Command.ts"
import { dockerUsageError } from "../argv/docker-problem.ts"
import type { Terminal } from "../terminal.ts"
import { palette } from "./color.ts"
import { dockerWords, execFailed, startFailed } from "./docker-words.ts"
import { explain, type Failure } from "./explain.ts"
import type { Explanation } from "./Explanation.ts"
import { visibleOnly } from "./text.ts"

/** The command that failed, and the words it was called by. */
export interface Asked {
  readonly command: Command
  readonly words: ReadonlyArray<string>
}

/** What docker's daemon begins with when it cannot do something to one of several. */
export type Beginning = `${string}: `

/** The exit status of a failure that has one of its own; docker ends with 1 when its daemon refuses, but for `run`. */
export const statusOf = (failure: Failure, terminal: Terminal, asked?: Asked): number | undefined => {
  const { status } = explain(failure)
  const word = asked?.words.at(-1)
  // As for a command that cannot be executed: the container is there and well.
  if (word === "exec" && failure._tag === "IsolationRefused") return 126
  if (terminal.program === "gantry" || word === "run" || dockerWords(failure, word).speaker !== "daemon") return status
  return status === 125 || word === "create" ? 1 : status
}

/** Commands whose failures docker begins with its name and ends with a pointer to their help. */
const withPointer: ReadonlySet<string> = new Set(["run", "create"])

/**
 * A failure as the user reads it: what failed, why, and what to do. Called `docker`, it is what docker would print, for
 * the programs that read it; people, who have a terminal, are told what to do all the same. Ends with a line break.
 */
export const complaint = (failure: Failure, terminal: Terminal, asked?: Asked, beginning?: Beginning): string => {
  const explanation = explanationOf(failure, asked)
  if (terminal.program === "gantry") return told(explanation, terminal)
  const hints = terminal.stderrIsTerminal ? hintsOf(explanation) : []
  return [...(explanation.before ?? []), visible(asDocker(failure, asked, beginning)), ...hints]
    .map((line) => `${line}\n`)
    .join("")
}

/** A process that joins a container fails like a first one, and leaves the container as it is. */
const explanationOf = (failure: Failure, asked: Asked | undefined): Explanation =>
  failure._tag === "IsolationRefused" && asked?.words.at(-1) === "exec"
    ? { ...explain(failure), what: "the command could not be started in the container" }
    : explain(failure)

const asDocker = (failure: Failure, asked: Asked | undefined, beginning = ""): string => {
  const { speaker, text } = dockerWords(failure, asked?.words.at(-1))
  if (speaker === "flag" && asked !== undefined) return dockerUsageError(text, asked.words, asked.command).trimEnd()
  const word = asked?.words.at(-1) ?? ""
  if (word === "exec" && text.startsWith(startFailed)) return text.replace(startFailed, execFailed)
  const sentence = speaker === "daemon" ? `${daemonOf(asked)}: ${beginning}${text}` : text
  if (
    asked === undefined ||
    speaker === "plain" ||
    !withPointer.has(word) ||
    (word === "create" && speaker === "daemon")
  )
    return sentence
  return `docker: ${sentence}\n\nRun '${called(asked.words, "docker")} --help' for more information`
}

/** Who says what a daemon says elsewhere: `buildx imagetools` asks none. */
const daemonOf = (asked: Asked | undefined): string =>
  asked?.words[1] === "imagetools" ? "ERROR" : "Error response from daemon"

/** Images, registries and files have their say in failures. */
const visible = (text: string): string => coverLogins(text).split("\n").map(visibleOnly).join("\n")

const hintsOf = ({ todo, why }: Explanation): ReadonlyArray<string> => [
  ...(why === undefined ? [] : [`  why: ${visible(why)}`]),
  ...(todo === undefined ? [] : [`  try: ${visible(todo)}`])
]

const told = (explanation: Explanation, terminal: Terminal): string => {
  const paint = palette({ isTerminal: terminal.stderrIsTerminal, environment: terminal.env })
  return [
    ...(explanation.before ?? []),
    `${paint.red("gantry:")} ${visible(explanation.what)}`,
    ...hintsOf(explanation),
    ""
  ].join("\n")
}
