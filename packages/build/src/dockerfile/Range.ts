/** A place in a Dockerfile. Line and column count from 1; columns count UTF-16 code units, as editors do. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A stretch of a Dockerfile. `end` is the place just after the last character. */
export interface Range {
  readonly start: Position
  readonly end: Position
}
