/** `.dockerignore`: which paths of a context are left out, and which line says so. */
import { isNonEmptyReadonlyArray, type NonEmptyReadonlyArray } from "effect/Array"
import * as Either from "effect/Either"
import type { Diagnostic } from "../dockerfile/Diagnostic.ts"
import { compileGlob, type Glob, hasGlob } from "./glob.ts"

interface Rule {
  /** Line in the ignore file, from 1. */
  readonly line: number
  /** As written, without surrounding blanks. */
  readonly text: string
  /** Begins with `!`: takes paths back in. */
  readonly keeps: boolean
  readonly matches: Glob
  readonly segments: ReadonlyArray<string>
}

/** An ignore file that was understood. */
export interface IgnoreRules {
  readonly rules: ReadonlyArray<Rule>
}

/** What was decided about a path. */
export interface Decision {
  readonly ignored: boolean
  /** Line (from 1) and text of the rule that decided; absent if none matched. */
  readonly line?: number
  readonly pattern?: string
}

/** No ignore file. */
export const nothingIgnored: IgnoreRules = { rules: [] }

/** Reads an ignore file; fails with every malformed line. */
export const compileIgnoreFile = (text: string): Either.Either<IgnoreRules, NonEmptyReadonlyArray<Diagnostic>> => {
  const source = text.replace(/^\ufeff/, "").split(/\r?\n/)
  // Only a # in the first column makes a comment.
  const lines = source.map((line) => (line.startsWith("#") ? "" : line))
  return Either.mapLeft(compile(lines), ([first, ...others]) => [
    problem(first, source),
    ...others.map((other) => problem(other, source))
  ])
}

/** Reads a list of patterns of the same kind, such as those of `COPY --exclude`. Fails with a sentence. */
export const compilePatterns = (patterns: ReadonlyArray<string>): Either.Either<IgnoreRules, string> =>
  Either.mapLeft(compile(patterns), ([first]) => first.message)

interface Wrong {
  readonly index: number
  readonly message: string
}

const compile = (lines: ReadonlyArray<string>): Either.Either<IgnoreRules, NonEmptyReadonlyArray<Wrong>> => {
  const rules: Array<Rule> = []
  const problems: Array<Wrong> = []
  for (const [index, line] of lines.entries()) {
    const written = line.trim()
    if (written === "") continue
    const keeps = written.startsWith("!")
    const pattern = clean(keeps ? written.slice(1).trim() : written)
    const glob = compileGlob(pattern, { doubleStar: true })
    if (keeps && written.length === 1) problems.push({ index, message: "there is no pattern after !" })
    else if (Either.isLeft(glob)) problems.push({ index, message: glob.left })
    else {
      rules.push({ line: index + 1, text: written, keeps, matches: glob.right, segments: pattern.split("/") })
    }
  }
  return isNonEmptyReadonlyArray(problems) ? Either.left(problems) : Either.right({ rules })
}

const problem = ({ index, message }: Wrong, source: ReadonlyArray<string>): Diagnostic => {
  const line = source[index] ?? ""
  const begin = line.length - line.trimStart().length
  return {
    severity: "error",
    code: "bad-ignore-pattern",
    message,
    source: line,
    range: {
      start: { line: index + 1, column: begin + 1 },
      end: { line: index + 1, column: line.trimEnd().length + 1 }
    }
  }
}

/** Removes what means nothing in a path: leading and trailing slashes, `.` and empty segments, `x/..`. */
const clean = (pattern: string): string => {
  const segments: Array<string> = []
  for (const segment of pattern.split("/")) {
    if (segment === "" || segment === ".") continue
    const last = segments.at(-1)
    if (segment !== ".." || ((last === undefined || last === "..") && !pattern.startsWith("/"))) segments.push(segment)
    else segments.pop()
  }
  return segments.join("/")
}

/**
 * The number of the last rule that matches the path itself, if it comes after rule number `after`; else `after`.
 *
 * A path is judged by the last rule that matches it *or a parent*. That is the greatest number along its
 * way down from the root, so a walk hands every directory's number to what is in it. Nothing matched is -1.
 */
export const lastMatch = ({ rules }: IgnoreRules, path: string, after: number): number => {
  for (let index = rules.length - 1; index > after; index--) if (rules[index]!.matches(path)) return index
  return after
}

/** Whether the rule with this number leaves out what it decided about. */
export const isIgnoring = ({ rules }: IgnoreRules, match: number): boolean => match >= 0 && !rules[match]!.keeps

/** The decision that a rule's number stands for. */
export const decisionOf = (ignore: IgnoreRules, match: number): Decision => {
  const rule = ignore.rules[match]
  return rule === undefined ? { ignored: false } : { ignored: !rule.keeps, line: rule.line, pattern: rule.text }
}

/** The number of the last rule that matches the path (relative, with slashes) or a parent of it, or -1. */
export const matchOf = (ignore: IgnoreRules, path: string): number => {
  let match = -1
  if (path === "") return match
  for (let slash = path.indexOf("/"); slash >= 0; slash = path.indexOf("/", slash + 1)) {
    match = lastMatch(ignore, path.slice(0, slash), match)
  }
  return lastMatch(ignore, path, match)
}

/** Decides about a path. The root of the context itself, the empty path, is never ignored. */
export const decide = (ignore: IgnoreRules, path: string): Decision => decisionOf(ignore, matchOf(ignore, path))

/** Whether nothing below an ignored directory, decided by rule number `match`, can be taken back in. */
export const canPrune = ({ rules }: IgnoreRules, directory: string, match: number): boolean => {
  const segments = directory.split("/")
  return !rules.slice(match + 1).some((rule) => rule.keeps && reachesBelow(rule, segments))
}

const reachesBelow = (rule: Rule, directory: ReadonlyArray<string>): boolean => {
  for (const [index, name] of directory.entries()) {
    const segment = rule.segments[index]
    // A rule that ends here has matched already; a class may match a slash, so its segments are not what they seem.
    if (segment === undefined) return false
    if (segment.includes("**") || segment.includes("[")) return true
    if (!hasGlob(segment)) {
      if (segment !== name) return false
    } else if (!Either.getOrElse(compileGlob(segment), () => () => true)(name)) return false
  }
  return rule.segments.length > directory.length
}
