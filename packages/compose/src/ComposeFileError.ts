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
}> {}
