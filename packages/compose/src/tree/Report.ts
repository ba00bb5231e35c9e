import type { ComposeProblem } from "../ComposeFileError.ts"
import type { Place } from "./Tree.ts"

/** Where what is found wrong or useless is written down while files are read. */
export interface Report {
  readonly problems: Array<ComposeProblem>
  readonly notices: Set<string>
  /** What may still be read, so that no file fills the memory. */
  readonly budget: Budget
  /** Where variables have not been filled in: nothing else is said of these values. */
  readonly unclear: Set<Place>
}

/** What may still be read. */
export interface Budget {
  /** Values of all trees, each as often as it is referred to. */
  values: number
  /** Characters that variables turn into, and those of files of variables. */
  characters: number
  /** Files that refer to each other. */
  files: number
  /** Searches for what somebody meant. */
  searches: number
}

/** More than any project has, and what a machine can hold. */
const usualBudget: Budget = { values: 500_000, characters: 64_000_000, files: 1000, searches: 100 }

/** An empty report. */
export const makeReport = (): Report => ({
  problems: [],
  notices: new Set(),
  budget: { ...usualBudget },
  unclear: new Set()
})

/** Takes values from what may still be read; whether there were as many. Once there were not, less than none are left. */
export const spend = ({ budget }: Report, values: number): boolean => {
  const enough = budget.values >= values
  budget.values = enough ? budget.values - values : -1
  return enough
}

/** Takes characters from what may still be read; whether there were as many. Once there were not, less than none are left. */
export const spendCharacters = ({ budget }: Report, characters: number): boolean => {
  const enough = budget.characters >= characters
  budget.characters = enough ? budget.characters - characters : -1
  return enough
}

/** Writes a problem down, at a place of a file. */
export const sayAt = (report: Report, place: Place, path: string, message: string, hint?: string): void => {
  report.problems.push({
    file: place.source.file,
    line: place.line,
    column: place.column,
    path,
    message,
    ...(hint !== undefined && { hint })
  })
}
