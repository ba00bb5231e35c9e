import * as Data from "effect/Data"

/** One thing that is wrong in a Compose file. */
export interface ComposeProblem {
  /** The file, as given; absent when it is no file's affair. */
  readonly file?: string
  /** From 1; absent where only the whole is wrong. */
  readonly line?: number
  readonly column?: number
  /** `services.web.ports[0]`; empty for the whole file. */
  readonly path: string
  /** What is wrong, without the path. */
  readonly message: string
  readonly hint?: string
  /** No file was named, and none was found. */
  readonly isMissing?: true
}

/** Compose files that cannot be read or make no sense; all that was found at once, never empty. */
export class ComposeFileError extends Data.TaggedError("ComposeFileError")<{
  readonly problems: ReadonlyArray<ComposeProblem>
}> {
  override get message() {
    return this.problems.map(problemText).join("\n")
  }
}

/** A problem in one line: `compose.yaml:3:5: services.web.imge: there is no attribute "imge"`. */
const problemText = ({ column, file, line, message, path }: ComposeProblem): string =>
  [[file, line, column].filter((part) => part !== undefined).join(":"), path, message]
    .filter((part) => part !== "")
    .join(": ")
