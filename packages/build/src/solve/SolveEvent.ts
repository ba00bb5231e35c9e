import type { Digest } from "@gantry/core/image/Digest"
import type { Output } from "@gantry/core/runtime/Runtime"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import type { Cause } from "../key/Cause.ts"
import type { Range } from "../dockerfile/Range.ts"

/** Which step is meant. */
export interface StepLabel {
  /** Position of the stage in the file, from 0. */
  readonly stage: number
  /** The stage's name, or `stage-N`. */
  readonly stageName: string
  /** Counts from 1 inside the stage; FROM is 1. */
  readonly number: number
  /** Steps of the stage, FROM included. Grows by the base image's ONBUILD triggers once they are known. */
  readonly total: number
  /** The instruction in one line, as written. */
  readonly text: string
  readonly range: Range
}

/** What happens during a build, in the order it happens in each stage; stages interleave. */
export type SolveEvent =
  /**
   * The files to build from are here. `context`: path or address. `commit`: what was checked out. `ignoreFile`: which one
   * applies, and how many rules it has.
   */
  | {
      readonly type: "context"
      readonly context: string
      readonly commit?: string
      readonly ignoreFile?: { readonly path: string; readonly rules: number }
    }
  /** Before anything is done: the stages that will be built, by position in the file. */
  | { readonly type: "planned"; readonly stages: ReadonlyArray<number> }
  /** A stage's base is known. No digest for scratch and for another stage. */
  | { readonly type: "based"; readonly step: StepLabel; readonly digest?: Digest }
  /**
   * An instruction that only changes the image's settings was applied. `cached`: it was recorded by an earlier build, `ageMs`
   * ago. `cause`: why it was not. An ARG has no record, and so neither of the two.
   */
  | {
      readonly type: "applied"
      readonly step: StepLabel
      readonly cached: boolean
      readonly ageMs?: number
      readonly cause?: Cause
    }
  /** The cache had the result. `ageMs`: since it was made. */
  | { readonly type: "cached"; readonly step: StepLabel; readonly ageMs: number }
  /** The step runs now. `cause`: why the cache could not serve it. */
  | { readonly type: "started"; readonly step: StepLabel; readonly cause: Cause }
  | { readonly type: "output"; readonly step: StepLabel; readonly output: Output }
  | { readonly type: "done"; readonly step: StepLabel; readonly tookMs: number; readonly layer: Digest | null }
  | { readonly type: "failed"; readonly step: StepLabel; readonly why: string }
  /** Something questionable that shows only now that variables have values. */
  | { readonly type: "warning"; readonly diagnostic: Diagnostic }
