import { bad, good, type Result } from "../Result.ts"

/** Reads a regular expression. */
export const patternOf = (text: string): Result<RegExp> => {
  try {
    return good(new RegExp(text))
  } catch (cause) {
    return bad(cause instanceof Error ? cause.message : String(cause))
  }
}
