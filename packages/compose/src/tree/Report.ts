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
  /** Characters that variables turn into. */
  characters: number
  /** Files that refer to each other. */
  files: number
}

/** More than any project has: a million values, 64 million characters out of variables, 1000 files. */
const usualBudget: Budget = { values: 1_000_000, characters: 64_000_000, files: 1000 }

/** An empty report. */
export const makeReport = (): Report => ({
  problems: [],
  notices: new Set(),
  budget: { ...usualBudget },
  unclear: new Set()
})

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
