import * as Data from "effect/Data"

/** A container took longer to start than `--max-startup` allows, and was killed. */
export class StartTooSlow extends Data.TaggedError("StartTooSlow")<{
  readonly container: string
  /** Milliseconds until its command ran. */
  readonly took: number
  /** Milliseconds that were allowed. */
  readonly allowed: number
  /** What took the most. */
  readonly slowest: string
}> {
  override get message() {
    return `container ${this.container} took ${Math.round(this.took)} ms to start, which is more than ${this.allowed} ms: ${this.slowest}`
  }
}
