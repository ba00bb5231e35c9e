import type { Diagnostic } from "./Diagnostic.ts"
import type { Directives } from "./Dockerfile.ts"
import { type HeredocMark, heredocMarks } from "./heredoc-marks.ts"
import { type LogicalLine, rangeAt } from "./lines.ts"
import type { Range } from "./Range.ts"
import { splitInstruction } from "./split-instruction.ts"
import type { Word } from "./words.ts"

/** One instruction while it is being read. Reading never stops at a problem; it is reported and noted. */
export interface Draft {
  /** In upper case. */
  readonly name: Word
  readonly flags: ReadonlyArray<Word>
  readonly rest: Word
  readonly line: LogicalLine
  readonly escape: Directives["escape"]
  readonly text: string
  readonly range: Range
  /** Reports an error at a word of the instruction, the name if none is given. */
  readonly error: (code: string, message: string, more?: Remark) => void
  readonly warning: (code: string, message: string, more?: Remark) => void
  /** The heredocs it announces, in the order of their bodies. */
  readonly marks: () => ReadonlyArray<HeredocMark>
  /** The instruction inside this one (ONBUILD), reported to the same place. */
  readonly inner: () => Draft
}

/** What a report may add to its sentence. */
export interface Remark {
  readonly at?: Word
  readonly suggestion?: string | undefined
}

/** Begins to read the instruction at `offset` of a logical line. */
export const open = (
  line: LogicalLine,
  file: { readonly escape: Directives["escape"]; readonly source: ReadonlyArray<string> },
  report: (diagnostic: Diagnostic) => void,
  offset = 0
): Draft => {
  const split = splitInstruction(line.text.slice(offset), offset)
  const text = line.text.slice(split.name.offset).trimEnd()
  const name = { text: split.name.text.toUpperCase(), offset: split.name.offset }
  const say =
    (severity: Diagnostic["severity"]) =>
    (code: string, message: string, more: Remark = {}) => {
      const at = more.at ?? split.name
      const range = rangeAt(line, at.offset, at.text.length)
      report({
        severity,
        code,
        message,
        ...(more.suggestion === undefined ? {} : { suggestion: more.suggestion }),
        range,
        source: file.source[range.start.line - 1] ?? ""
      })
    }
  const written = rangeAt(line, split.name.offset, text.length)
  const last = file.source[line.endLine - 1] ?? ""
  return {
    name,
    flags: split.flags,
    rest: split.rest,
    line,
    escape: file.escape,
    text,
    range:
      line.heredocs.length === 0
        ? written
        : { start: written.start, end: { line: line.endLine, column: last.length + 1 } },
    error: say("error"),
    warning: say("warning"),
    marks: () => heredocMarks(line.text),
    inner: () => open(line, file, report, split.rest.offset)
  }
}
