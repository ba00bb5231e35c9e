import { called, type Command } from "./Command.ts"
import { type Problem, sentence } from "./Problem.ts"

/**
 * The whole complaint about arguments in the shape of docker's command line, version 28: a sentence, how the command is
 * used, and where to read more. Suggestions are left out, since scripts read it. Ends with a line break.
 */
export const dockerProblem = (problem: Problem, words: ReadonlyArray<string>, command?: Command): string => {
  const usage = command === undefined ? [] : [usageLine(command, words)]
  const more = (verb: string, of: ReadonlyArray<string>) =>
    `${verb} '${called(of, "docker")} --help' for more information`
  switch (problem.kind) {
    case "unknown-command": {
      const group = problem.words.slice(0, -1)
      const groupUsage = group.length === 0 ? [] : [`Usage:  ${called(group, "docker")}`]
      return paragraphs(
        `docker: unknown command: ${called(problem.words, "docker")}`,
        ...groupUsage,
        more("Run", group)
      )
    }
    case "operands":
      return paragraphs(
        `docker: '${called(words, "docker")}' ${wanted(problem.min, problem.max)}`,
        ...usage,
        more(problem.max === undefined ? "See" : "Run", words)
      )
    case "unknown-flag":
    case "unknown-letter": {
      const { suggestion: _, ...bare } = problem
      return paragraphs(sentence(bare, "docker"), ...usage, more("Run", words))
    }
    case "invalid-value":
      return dockerUsageError(sentence({ ...problem, reason: asGo(problem.reason) }, "docker"), words, command)
    default:
      return paragraphs(sentence(problem, "docker"), ...usage, more("Run", words))
  }
}

/** What the functions of Go that docker reads such values by say in the place of our words. */
const goFunctions: { readonly [reason: string]: string } = {
  "is neither true nor false": "ParseBool",
  "is not an integer": "ParseInt"
}

const asGo = (reason: string): string => {
  const [, value, words = ""] = /^("(?:[^"\\]|\\.)*") (.*)$/.exec(reason) ?? []
  const read = goFunctions[words]
  return read === undefined ? reason : `strconv.${read}: parsing ${value}: invalid syntax`
}

/** What docker prints of an option's value that it refuses while it reads the arguments. */
export const dockerUsageError = (message: string, words: ReadonlyArray<string>, command?: Command): string =>
  paragraphs(
    message,
    ...(command === undefined ? [] : [usageLine(command, words)]),
    `Run '${called(words, "docker")} --help' for more information`
  )

const usageLine = (command: Command, words: ReadonlyArray<string>): string =>
  `Usage:  ${called(words, "docker")}${command.usage === "" ? "" : ` ${command.usage}`}`

const paragraphs = (...parts: ReadonlyArray<string>): string => `${parts.join("\n\n")}\n`

const wanted = (min: number, max: number | undefined): string => {
  if (max === 0) return "accepts no arguments"
  if (max === undefined) return `requires at least ${counted(min)}`
  if (min === max) return `requires ${counted(min)}`
  return min === 0 ? `requires at most ${counted(max)}` : `requires at least ${min} and at most ${counted(max)}`
}

const counted = (count: number): string => (count === 1 ? "1 argument" : `${count} arguments`)
