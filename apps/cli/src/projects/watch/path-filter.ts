import { canPrune, type IgnoreRules, isIgnoring, matchOf } from "@gantry/build/context/ignore-file"

/** Patterns that are looked at below a directory. */
export interface Patterns {
  /** Absolute. */
  readonly below: string
  readonly rules: IgnoreRules
}

/** A path below a directory, without the directory; nothing for other paths. The directory itself is the empty text. */
export const pathBelow = (directory: string, path: string): string | undefined => {
  if (path === directory) return ""
  const start = directory.endsWith("/") ? directory : `${directory}/`
  return path.startsWith(start) ? path.slice(start.length) : undefined
}

/** Whether the patterns mean an absolute path, or a directory above it. */
export const isMeant = ({ below, rules }: Patterns, path: string): boolean => {
  const inside = pathBelow(below, path)
  return inside !== undefined && isIgnoring(rules, matchOf(rules, inside))
}

/** Whether the patterns mean a directory, and all that is and may come to be below it. */
export const isAllMeant = ({ below, rules }: Patterns, directory: string): boolean => {
  const inside = pathBelow(below, directory)
  if (inside === undefined || inside === "") return false
  const match = matchOf(rules, inside)
  return isIgnoring(rules, match) && canPrune(rules, inside, match)
}
