import type { Command, Program } from "./Command.ts"
import { dockerProblem } from "./docker-problem.ts"
import { usageHint } from "./help.ts"
import { type Problem, sentence } from "./Problem.ts"

/** The whole complaint about a command's arguments, in the words of the name the program was called by. */
export const problemText = (
  problem: Problem,
  words: ReadonlyArray<string>,
  program: Program,
  command: Command
): string =>
  program === "docker"
    ? dockerProblem(problem, words, command)
    : `gantry: ${sentence(problem)}\n\n${usageHint(command, words)}`
