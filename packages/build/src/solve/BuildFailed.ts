import * as Data from "effect/Data"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import type { Cause } from "../key/Cause.ts"
import { describeCause } from "../key/describe-cause.ts"
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

/** A build that was to come from the cache alone cannot. Nothing was executed, fetched or written. */
export class NotCached extends Data.TaggedError("NotCached")<{
  /** The first step that would run. */
  readonly step: StepLabel
  readonly why: Cause
}> {
  override get message() {
    return `[${this.step.stageName} ${this.step.number}/${this.step.total}] ${this.step.text} is not cached: ${describeCause(this.why, this.step.stageName)}`
  }
}
