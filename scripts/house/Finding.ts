/** Something that is not as the house wants it. */
export interface Finding {
  readonly rule: string
  /** From the repository's root. */
  readonly path: string
  readonly line: number
  readonly what: string
  /** A warning is shown and does not fail the check. */
  readonly warning?: boolean
}
