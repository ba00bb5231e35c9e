import * as Data from "effect/Data"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import type { Cause } from "../key/Cause.ts"
import { describeCause } from "../key/describe-cause.ts"
import type { StepLabel } from "./SolveEvent.ts"

/** Some lines of a Dockerfile. */
export interface Excerpt {
  /** As shown to people. */
  readonly file: string
  readonly lines: ReadonlyArray<{ readonly number: number; readonly text: string; readonly isMeant: boolean }>
}

/** Lines shown before and after those that are meant. */
const around = 2

/** The lines of a range, and some around them. */
export const excerptOf = (file: string, source: ReadonlyArray<string>, { end, start }: StepLabel["range"]): Excerpt => {
  const from = Math.max(1, start.line - around)
  const to = Math.min(source.length, end.line + around)
  const lines = source.slice(from - 1, to).map((text, at) => {
    const number = from + at
    return { number, text, isMeant: number >= start.line && number <= end.line }
  })
  // What follows the last line break of a file is no line.
  return { file, lines: lines.at(-1)?.text === "" && to === source.length ? lines.slice(0, -1) : lines }
}

/** A step of the build could not be done. The steps before it are recorded and need not run again. */
export class BuildFailed extends Data.TaggedError("BuildFailed")<{
  readonly step: StepLabel
  /** One sentence without a full stop. */
  readonly why: string
  /** Of the command, when one ran. */
  readonly exitCode?: number
  /** When the Dockerfile is at fault: all that is wrong in the stage, where, and what to write instead. */
  readonly diagnostics?: ReadonlyArray<Diagnostic>
  /** The Dockerfile around the instruction. */
  readonly excerpt?: Excerpt
  /** The last of what the command wrote, secrets covered. */
  readonly lastLines?: ReadonlyArray<string>
  /** The build under which everything it wrote is kept. */
  readonly build?: string
  /** Whoever asked was offered a shell where it failed. */
  readonly hadShell?: true
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
