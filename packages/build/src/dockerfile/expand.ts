/**
 * Variables and quotes in words, as Docker's own small shell reads them.
 *
 * One word gives one text (`expandWord`): all instructions that have variables, except EXPOSE, whose words may fall
 * apart into several where an unquoted space comes out (`expandWords`). Heredoc bodies of COPY and ADD keep their
 * quotes (`expandHeredoc`). RUN, CMD, ENTRYPOINT and HEALTHCHECK are left to the shell, but the fields of
 * `RUN --mount` are not.
 */
import * as Either from "effect/Either"
import type { Directives } from "./Dockerfile.ts"
import type { Pair } from "./Instruction.ts"
import { Scanner } from "./expand-scanner.ts"

/** The value of a variable, if it is set. */
export type Lookup = (name: string) => string | undefined

/** What came out of an expansion, and which variables had a part in it. */
export interface Expanded<A> {
  readonly value: A
  /** Every variable that was asked for, set or not. */
  readonly used: ReadonlySet<string>
  /** Variables that were not set where the text provides for nothing else: worth a warning. */
  readonly unset: ReadonlySet<string>
}

/** Why a word cannot be expanded. */
export interface ExpandProblem {
  readonly _tag: "ExpandProblem"
  readonly reason: "syntax" | "unset" | "pattern"
  /** One sentence without a full stop. */
  readonly message: string
  /** The word as it was written. */
  readonly word: string
}

/** How words are read; the escape character is `\` unless the file's directive says otherwise. */
export interface ExpandOptions {
  readonly escape?: Directives["escape"]
}

/** Expands a word to one text; quotes and escapes are removed, spaces stay. */
export const expandWord = (
  word: string,
  lookup: Lookup,
  { escape = "\\" }: ExpandOptions = {}
): Either.Either<Expanded<string>, ExpandProblem> =>
  run(word, new Scanner(word, lookup, { escape, quotes: true }), (scanner) => scanner.all().text)

/** Expands a word and cuts the result at spaces that are neither quoted nor escaped; empty words vanish. */
export const expandWords = (
  word: string,
  lookup: Lookup,
  { escape = "\\" }: ExpandOptions = {}
): Either.Either<Expanded<ReadonlyArray<string>>, ExpandProblem> =>
  run(word, new Scanner(word, lookup, { escape, quotes: true }), (scanner) => scanner.all().words)

/**
 * Expands the body of a heredoc whose `expand` is set. Quotes stay; `\` still escapes, whatever the file's
 * escape character is.
 */
export const expandHeredoc = (content: string, lookup: Lookup): Either.Either<Expanded<string>, ExpandProblem> =>
  run(content, new Scanner(content, lookup, { escape: "\\", quotes: false }), (scanner) => scanner.all().text)

/** Expands names and values of one ENV or LABEL. None of them sees another: `ENV a=2 b=$a` uses the old `a`. */
export const expandPairs = (
  pairs: ReadonlyArray<Pair>,
  lookup: Lookup,
  options: ExpandOptions = {}
): Either.Either<Expanded<ReadonlyArray<Pair>>, ExpandProblem> => {
  const value: Array<Pair> = []
  const used = new Set<string>()
  const unset = new Set<string>()
  for (const pair of pairs) {
    const name = expandWord(pair.name, lookup, options)
    const text = expandWord(pair.value, lookup, options)
    if (Either.isLeft(name)) return Either.left(name.left)
    if (Either.isLeft(text)) return Either.left(text.left)
    value.push({ name: name.right.value, value: text.right.value })
    for (const part of [name.right, text.right]) {
      for (const each of part.used) used.add(each)
      for (const each of part.unset) unset.add(each)
    }
  }
  return Either.right({ value, used, unset })
}

const run = <A>(
  word: string,
  scanner: Scanner,
  read: (scanner: Scanner) => A
): Either.Either<Expanded<A>, ExpandProblem> => {
  const value = read(scanner)
  const { failure, unset, used } = scanner
  return failure === undefined
    ? Either.right({ value, used, unset })
    : Either.left({ _tag: "ExpandProblem", ...failure, word })
}
