import type { Dockerfile } from "../../src/dockerfile/Dockerfile.ts"
import { splitInstruction } from "../../src/dockerfile/split-instruction.ts"
import type { CommandLine, Heredoc, Instruction } from "../../src/dockerfile/Instruction.ts"

/** A file as one expression a line: `(copy ["--link"] "a" "/b/")`. For debugging and for tests. */
export const printDockerfile = ({ globalArgs, stages }: Dockerfile): string =>
  [...globalArgs, ...stages.flatMap(({ from, instructions }) => [from, ...instructions])].map(print).join("\n")

/** One instruction as an expression. Text is written as JSON strings, so that nothing is ambiguous. */
export const print = (instruction: Instruction): string => {
  const flags = splitInstruction(instruction.text, 0).flags.map(({ text }) => text)
  const head = [instruction._tag.toLowerCase(), ...(flags.length === 0 ? [] : [`[${flags.map(quote).join(" ")}]`])]
  return `(${[...head, ...words(instruction)].join(" ")})`
}

const quote = (text: string) => JSON.stringify(text)

const words = (instruction: Instruction): ReadonlyArray<string> => {
  switch (instruction._tag) {
    case "From":
      return [instruction.image, ...(instruction.as === undefined ? [] : ["AS", instruction.as])].map(quote)
    case "Run":
      return [...commandWords(instruction.command), ...instruction.heredocs.map(heredocWord)]
    case "Copy":
    case "Add":
      return [...instruction.sources.map(quote), ...instruction.inline.map(heredocWord), quote(instruction.dest)]
    case "Env":
    case "Label":
      return instruction.pairs.flatMap(({ name, value }) => [quote(name), quote(value)])
    case "Arg":
      return instruction.args.map((arg) => quote(arg.default === undefined ? arg.name : `${arg.name}=${arg.default}`))
    case "Maintainer":
      return [quote(instruction.name)]
    case "Workdir":
      return [quote(instruction.path)]
    case "User":
      return [quote(instruction.user)]
    case "StopSignal":
      return [quote(instruction.signal)]
    case "Shell":
      return instruction.argv.map(quote)
    case "Expose":
      return instruction.ports.map(quote)
    case "Volume":
      return instruction.paths.map(quote)
    case "Healthcheck":
      return instruction.check === "none" ? [quote("NONE")] : [quote("CMD"), ...commandWords(instruction.check.command)]
    case "Cmd":
    case "Entrypoint":
      return commandWords(instruction.command)
    case "OnBuild":
      return [print(instruction.instruction)]
  }
}

const commandWords = (command: CommandLine) =>
  command.form === "shell" ? [quote(command.line)] : [`[${command.argv.map(quote).join(" ")}]`]

const heredocWord = ({ content, expand, name }: Heredoc) =>
  `(${expand ? "heredoc" : "raw-heredoc"} ${quote(name)} ${quote(content)})`
