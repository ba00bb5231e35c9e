/** One command line as it is typed, docker's part in it played by any program of that name. */
export interface Line {
  /** For `sh`. What docker made of it is recorded (see recorded.ts). */
  readonly line: string
  /** Where gantry does something else on purpose: what it does, as far as that differs, and why. */
  readonly differs?: Partial<Played> & { readonly why: string }
}

/** What came of a line: exit status and both streams, with what is different every time replaced (see play.ts). */
export interface Played {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Lines that follow each other on the same containers. */
export interface Scene {
  readonly name: string
  readonly lines: ReadonlyArray<Line>
}

/** A line that comes out as docker's, written as its text alone, or one that does not. */
export const asLine = (line: string | Line): Line => (typeof line === "string" ? { line } : line)

/** A line that comes out otherwise on purpose. */
export const other = (line: string, differs: NonNullable<Line["differs"]>): Line => ({ line, differs })
