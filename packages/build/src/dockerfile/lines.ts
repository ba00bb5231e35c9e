/**
 * Text to logical lines: directives are read, comments dropped, continued lines joined, heredoc bodies set apart.
 */
import type { Diagnostic } from "./Diagnostic.ts"
import { readDirectives } from "./directives.ts"
import type { Directives } from "./Dockerfile.ts"
import { heredocMarks } from "./heredoc-marks.ts"
import type { Heredoc } from "./Instruction.ts"
import type { Position, Range } from "./Range.ts"

/** Where a piece of a logical line comes from. */
interface Piece {
  /** Offset in the logical line's text. */
  readonly offset: number
  readonly length: number
  readonly line: number
  readonly column: number
}

/** One instruction on one line. */
export interface LogicalLine {
  readonly text: string
  readonly startLine: number
  /** Last line that belongs to it, heredoc bodies included. */
  readonly endLine: number
  readonly heredocs: ReadonlyArray<Heredoc>
  readonly pieces: ReadonlyArray<Piece>
}

/** A whole file in logical lines. */
export interface Lines {
  readonly directives: Directives
  readonly lines: ReadonlyArray<LogicalLine>
  /** The lines of the file as they were, without line ends and byte order mark. */
  readonly source: ReadonlyArray<string>
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

/** Where the character at `offset` of a logical line's text stands in the file. */
export const positionAt = (line: LogicalLine, offset: number): Position => {
  let found = line.pieces[0]
  for (const piece of line.pieces) {
    if (piece.offset > offset) break
    if (piece.length > 0 || found === undefined) found = piece
  }
  if (found === undefined) return { line: line.startLine, column: 1 }
  return { line: found.line, column: found.column + Math.min(offset - found.offset, found.length) }
}

/** The place of `length` characters from `offset`. */
export const rangeAt = (line: LogicalLine, offset: number, length: number): Range => {
  const start = positionAt(line, offset)
  if (length === 0) return { start, end: start }
  const last = positionAt(line, offset + length - 1)
  return { start, end: { line: last.line, column: last.column + 1 } }
}

/** Reads a file. Problems are collected and reading goes on. */
export const readLines = (text: string): Lines => {
  const raw = text.replace(/^\ufeff/, "").split("\n")
  if (raw.at(-1) === "") raw.pop()
  const source = raw.map(withoutReturns)
  const diagnostics: Array<Diagnostic> = []
  const { directives, next } = readDirectives(source, diagnostics)
  // Only an escape character that is not itself escaped continues the line.
  const continued = directives.escape === "\\" ? /(?:^|[^\\])\\[ \t]*$/ : /(?:^|[^`])`[ \t]*$/
  const lines: Array<LogicalLine> = []
  let at = next

  const join = () => {
    const startLine = at + 1
    const pieces: Array<Piece> = []
    let joined = ""
    let blanks = 0
    let open = true
    for (; open && at < source.length; at++) {
      const whole = source[at]!
      const first = joined === "" && pieces.length === 0
      if (!first && isComment(whole)) continue
      if (!first && whole.trim() === "") {
        blanks++
        continue
      }
      open = continued.test(whole)
      const kept = open ? whole.slice(0, whole.lastIndexOf(directives.escape)) : whole
      const begin = first ? kept.length - kept.trimStart().length : 0
      pieces.push({ offset: joined.length, length: kept.length - begin, line: at + 1, column: begin + 1 })
      joined += kept.slice(begin)
    }
    return { blanks, joined, open, pieces, startLine }
  }

  while (at < source.length) {
    if (source[at]!.trim() === "" || isComment(source[at]!)) {
      at++
      continue
    }
    const { blanks, joined, open, pieces, startLine } = join()
    const warn = (code: string, message: string, suggestion: string) =>
      diagnostics.push(
        wholeLine({ severity: "warning", code, message, suggestion }, source, open ? at - 1 : startLine - 1)
      )
    if (open) warn("trailing-escape", "the file ends in a line that is to be continued", "remove the last character")
    if (joined.trim() === "") continue
    if (blanks > 0) {
      warn(
        "empty-continuation",
        "an empty line inside a continued instruction",
        "remove the line, or make it a comment"
      )
    }
    const heredocs: Array<Heredoc> = []
    for (const mark of heredocMarks(joined)) {
      const bodyAt = at
      const isEnd = (line: string) => (mark.stripTabs ? line.replace(/^\t+/, "") : line) === mark.name
      while (at < source.length && !isEnd(source[at]!)) at++
      const content = raw.slice(bodyAt, at).map((line) => `${mark.stripTabs ? line.replace(/^\t+/, "") : line}\n`)
      if (at === source.length) {
        const unfinished = { text: joined, startLine, endLine: at, heredocs: [], pieces }
        diagnostics.push({
          severity: "error",
          code: "unterminated-heredoc",
          message: `the heredoc has no end: a line with nothing but ${mark.name}`,
          suggestion: `add a line ${mark.name} after the text`,
          range: rangeAt(unfinished, mark.word.offset, mark.word.text.length),
          source: source[positionAt(unfinished, mark.word.offset).line - 1] ?? ""
        })
        break
      }
      at++
      heredocs.push({ name: mark.name, content: content.join(""), expand: mark.expand, stripTabs: mark.stripTabs })
    }
    lines.push({ text: joined, startLine, endLine: at, heredocs, pieces })
  }
  return { directives, lines, source, diagnostics }
}

/** A line without the carriage returns at its end. No pattern: one tries again at each of those that are elsewhere. */
const withoutReturns = (line: string): string => {
  let end = line.length
  while (line.charAt(end - 1) === "\r") end--
  return line.slice(0, end)
}

const isComment = (line: string) => /^\s*#/.test(line)

/** A diagnostic about a line as a whole. */
export const wholeLine = (
  what: Pick<Diagnostic, "severity" | "code" | "message" | "suggestion">,
  source: ReadonlyArray<string>,
  index: number
): Diagnostic => {
  const text = source[index] ?? ""
  const begin = text.length - text.trimStart().length
  const end = Math.max(begin, text.trimEnd().length)
  return {
    ...what,
    source: text,
    range: { start: { line: index + 1, column: begin + 1 }, end: { line: index + 1, column: end + 1 } }
  }
}
