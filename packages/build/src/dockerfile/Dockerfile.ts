import type { NonEmptyReadonlyArray } from "effect/Array"
import type { CheckPolicy } from "./check-policy.ts"
import type { Diagnostic } from "./Diagnostic.ts"
import type { Range } from "./Range.ts"
import type { Arg, From, StageInstruction } from "./Instruction.ts"

/** The comments at the top that speak to the parser. */
export interface Directives {
  /** The character that escapes and that continues lines. */
  readonly escape: "\\" | "`"
  /** Recorded, never fetched: foreign front ends are not run. */
  readonly syntax?: string
  readonly check?: string
}

/** One FROM and what follows it. */
export interface Stage {
  /** Position in the file, from 0; another way to name the stage. */
  readonly index: number
  /** In lower case. When two stages have one name, the later one is meant by those after it. */
  readonly name?: string
  readonly from: From
  readonly instructions: ReadonlyArray<StageInstruction>
}

/** A file that can be built. */
export interface Dockerfile {
  readonly directives: Directives
  /** What becomes of warnings, also of those that are found later. */
  readonly check: CheckPolicy
  /** ARGs before the first FROM: visible to FROM lines, and to stages that declare them again. */
  readonly globalArgs: ReadonlyArray<Arg>
  readonly stages: NonEmptyReadonlyArray<Stage>
  readonly warnings: ReadonlyArray<Diagnostic>
  /** The lines of the file, without line ends, for diagnostics that are found later. */
  readonly source: ReadonlyArray<string>
}

/** A diagnostic about a place in a file that has been read: what `lower` and the solver find out later. */
export const diagnose = (
  { source }: Pick<Dockerfile, "source">,
  range: Range,
  what: Omit<Diagnostic, "range" | "source">
): Diagnostic => ({ ...what, range, source: source[range.start.line - 1] ?? "" })
