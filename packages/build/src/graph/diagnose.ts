import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import type { Instruction } from "../dockerfile/Instruction.ts"

/** What a report about an instruction says. */
export interface Report {
  readonly code: string
  /** One sentence without a full stop. */
  readonly message: string
  readonly suggestion?: string | undefined
}

/** A diagnostic about a whole instruction; a piece of its text can be given to point at. */
export const diagnose = (
  severity: Diagnostic["severity"],
  instruction: Pick<Instruction, "range">,
  source: ReadonlyArray<string>,
  { code, message, suggestion }: Report,
  piece?: string
): Diagnostic => {
  const { end, start } = instruction.range
  const line = source[start.line - 1] ?? ""
  const at = piece === undefined ? -1 : line.indexOf(piece, start.column - 1)
  const range =
    at < 0 || piece === undefined
      ? { start, end }
      : {
          start: { line: start.line, column: at + 1 },
          end: { line: start.line, column: at + 1 + piece.length }
        }
  return { severity, code, message, ...(suggestion === undefined ? {} : { suggestion }), range, source: line }
}
