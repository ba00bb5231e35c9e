import { SyscallError } from "../SyscallError.ts"

/** Exit status of Docker's convention: 125 could not isolate, 126 cannot be executed, 127 not found. */
export type FailureStatus = 125 | 126 | 127

/** A step of starting a process in a container did not work. It is told to the parent on the control socket. */
export class StageFailure extends Error {
  readonly stage: string
  readonly status: FailureStatus

  constructor(stage: string, why: string, status: FailureStatus = 125) {
    super(why)
    this.name = "StageFailure"
    this.stage = stage
    this.status = status
  }
}

/** Runs one step. Whatever it throws becomes a {@link StageFailure} that names the innermost step. */
export const stage = <A>(name: string, run: () => A): A => {
  const outer = current
  current = name
  try {
    return run()
  } catch (error) {
    if (error instanceof StageFailure) throw error
    throw new StageFailure(name, wordsOf(error))
  } finally {
    current = outer
  }
}

let current: string | undefined

/** The innermost step that is being run. */
export const currentStage = (): string | undefined => current

/** An error in words, without its class. */
export const wordsOf = (error: unknown): string =>
  error instanceof SyscallError || error instanceof Error ? error.message : String(error)
