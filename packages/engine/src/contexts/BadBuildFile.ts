import { type Diagnostic, render } from "@gantry/build/dockerfile/Diagnostic"
import * as Data from "effect/Data"

/** The Dockerfile, the ignore file or the lock file is wrong, or cannot be read. */
export class BadBuildFile extends Data.TaggedError("BadBuildFile")<{
  /** Path as shown to the user. */
  readonly path: string
  /** Set when the file cannot be read. */
  readonly why?: string
  /** What to do about that, when it is not the usual thing. */
  readonly hint?: string
  /** What is wrong in it, all of it, in order. */
  readonly diagnostics: ReadonlyArray<Diagnostic>
}> {
  override get message() {
    return this.why === undefined
      ? this.diagnostics.map((each) => render(this.path, each)).join("\n")
      : `${this.path}: ${this.why}`
  }
}
