import type { Control } from "./control.ts"
import { StageFailure, wordsOf } from "./StageFailure.ts"

/** Tells the parent why the command never ran, and returns the exit status that says the same. */
export const report = (control: Control, error: unknown): number => {
  const failure = error instanceof StageFailure ? error : new StageFailure("start", wordsOf(error))
  try {
    control.refuse({ type: "failed", status: failure.status, stage: failure.stage, why: failure.message })
  } catch {
    // The parent has gone. The exit status is all that is left to say it with.
  }
  return failure.status
}
