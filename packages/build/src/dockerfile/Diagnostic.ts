import { coverLogins } from "@gantry/core/logins"
import { ruleOf } from "./check-policy.ts"
import type { Range } from "./Range.ts"

/** What is wrong, or questionable, in a file the user wrote. */
export interface Diagnostic {
  readonly severity: "error" | "warning"
  /** Stable, in kebab case: programs may match on it. */
  readonly code: string
  /** One sentence without a full stop. */
  readonly message: string
  /** What to write instead. */
  readonly suggestion?: string
  readonly range: Range
  /** The line of the file at `range.start`. */
  readonly source: string
}

/** A control character could move the cursor or recolour the terminal of whoever looks at a foreign file. */
const visible = (text: string): string =>
  text.replace(/[\p{Cc}\u2028\u2029]/gu, (each) => (each === "\t" ? each : "\ufffd"))

/**
 * Shows a diagnostic as text: where, what, the line with a marker under the place, and the suggestion.
 *
 * Tabs of the line are repeated in the marker's indentation, so that the marker stands right at any tab width.
 */
export const render = (file: string, { code, message, range, severity, source, suggestion }: Diagnostic): string => {
  const rule = ruleOf(code)
  const { column, line } = range.start
  const number = String(line)
  const gutter = " ".repeat(number.length)
  const indentation = source.slice(0, column - 1).replace(/[^\t]/g, " ")
  const end = range.end.line === line ? Math.min(range.end.column, source.length + 1) : source.trimEnd().length + 1
  const marker = "^".repeat(Math.max(1, end - column))
  return [
    `${file}:${line}:${column}: ${severity}: ${message}${rule === undefined ? "" : ` (${rule})`}`,
    ` ${gutter} |`,
    ` ${number} | ${source}`,
    ` ${gutter} | ${indentation}${marker}`,
    ...(suggestion === undefined ? [] : [` ${gutter} = ${suggestion}`])
  ]
    .map((text) => visible(coverLogins(text)))
    .join("\n")
}
