import * as Data from "effect/Data"

/** Files cannot be copied as asked; nothing was. Naming other paths helps. */
export class CopyRefused extends Data.TaggedError("CopyRefused")<{
  /** In Docker's words. */
  readonly why: string
  /** What makes it so, where that is not said yet. */
  readonly because?: string
  readonly hint?: string
}> {
  override get message() {
    return this.why
  }
}
