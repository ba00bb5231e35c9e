import * as Data from "effect/Data"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import type { StepLabel } from "./SolveEvent.ts"

/** A step of the build could not be done. The steps before it are recorded and need not run again. */
export class BuildFailed extends Data.TaggedError("BuildFailed")<{
  readonly step: StepLabel
  /** One sentence without a full stop. */
  readonly why: string
  /** Of the command, when one ran. */
  readonly exitCode?: number
  /** When the Dockerfile is at fault: where, and what to write instead. */
  readonly diagnostic?: Diagnostic
  readonly cause?: unknown
}> {
  override get message() {
    return `${this.step.text}: ${this.why}`
  }
}
