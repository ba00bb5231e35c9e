/** Why an archive cannot be read any further. */
export interface TarProblem {
  readonly reason: "Malformed" | "Truncated" | "TooLong" | "Unsupported"
  /** Bytes of the archive before the header or record in question. */
  readonly offset: number
  readonly why: string
}

/** Carries a problem out of the depth of the reader. Never leaves it. */
export class Stop extends Error {
  readonly problem: TarProblem
  constructor(problem: TarProblem) {
    super(problem.why)
    this.problem = problem
  }
}
