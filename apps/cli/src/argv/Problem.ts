import { called, type Program } from "./Command.ts"

/** Why arguments could not be understood. Said by {@link sentence}. */
export type Problem =
  | { readonly kind: "unknown-command"; readonly words: ReadonlyArray<string>; readonly suggestion?: string }
  /** `flag` as written, `--nmae`. */
  | { readonly kind: "unknown-flag"; readonly flag: string; readonly suggestion?: string }
  /** `flag` is one letter, `cluster` the argument it stands in: `x` in `-itx`. */
  | { readonly kind: "unknown-letter"; readonly flag: string; readonly cluster: string; readonly suggestion?: string }
  /** `flag` as the message shows it: `--name`, or `'p' in -p`. */
  | { readonly kind: "missing-value"; readonly flag: string }
  | { readonly kind: "bad-syntax"; readonly flag: string }
  /** `flag` with both spellings, `-p, --publish`. */
  | { readonly kind: "invalid-value"; readonly flag: string; readonly value: string; readonly reason: string }
  | {
      readonly kind: "operands"
      readonly words: ReadonlyArray<string>
      readonly given: number
      readonly min: number
      readonly max?: number
    }
  | { readonly kind: "unsupported"; readonly flag: string }

/** What the user reads. Worded as Docker's command line words it, so that scripts and habits survive. */
export const sentence = (problem: Problem, program: Program = "gantry"): string => {
  switch (problem.kind) {
    case "unknown-command":
      return `unknown command: ${called(problem.words, program)}${meant(problem.suggestion)}`
    case "unknown-flag":
      return `unknown flag: ${problem.flag}${meant(problem.suggestion)}`
    case "unknown-letter":
      return `unknown shorthand flag: '${problem.flag}' in ${problem.cluster}${meant(problem.suggestion)}`
    case "missing-value":
      return `flag needs an argument: ${problem.flag}`
    case "bad-syntax":
      return `bad flag syntax: ${problem.flag}`
    case "invalid-value":
      return `invalid argument ${JSON.stringify(problem.value)} for "${problem.flag}" flag: ${problem.reason}`
    case "operands":
      return `"${called(problem.words, program)}" ${wanted(problem.min, problem.max)}.`
    case "unsupported":
      return `${problem.flag} is not supported yet`
  }
}

const meant = (suggestion: string | undefined): string =>
  suggestion === undefined ? "" : ` (did you mean ${suggestion}?)`

const wanted = (min: number, max: number | undefined): string => {
  if (max === 0) return "accepts no arguments"
  if (max === undefined) return `requires at least ${counted(min)}`
  if (min === max) return `requires exactly ${counted(min)}`
  return min === 0 ? `requires at most ${counted(max)}` : `requires at least ${min} and at most ${counted(max)}`
}

const counted = (count: number): string => (count === 1 ? "1 argument" : `${count} arguments`)
