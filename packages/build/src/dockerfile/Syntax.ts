/**
 * A Dockerfile as it is cut into words, before anything is known of what the words mean. It is what BuildKit's own
 * parser makes of a file, and so is the notation: unknown instructions and wrong arguments have a place in it too.
 */
import type { Diagnostic } from "./Diagnostic.ts"
import type { Directives } from "./Dockerfile.ts"
import { goQuote } from "./go-quote.ts"
import type { Heredoc } from "./Instruction.ts"
import { type LogicalLine, rangeAt, readLines } from "./lines.ts"
import { parse } from "./parse.ts"
import type { Range } from "./Range.ts"
import { splitInstruction } from "./split-instruction.ts"
import { isSpace, readExecForm, splitBlanks, splitLegacyPair, splitQuoted, type Word } from "./words.ts"

/** A word and where it stands. Words of an array in JSON share the place of the array. */
export interface PlacedWord extends Range {
  readonly text: string
}

/** One instruction. */
export interface SyntaxNode extends Range {
  /** In lower case, known or not. */
  readonly command: string
  readonly flags: ReadonlyArray<PlacedWord>
  /** Quotes, escapes and variables are still in them. */
  readonly args: ReadonlyArray<PlacedWord>
  /** The arguments were an array in JSON. */
  readonly json: boolean
  readonly heredocs: ReadonlyArray<Heredoc>
  /** What ONBUILD is followed by. */
  readonly inner?: SyntaxNode
}

/** A whole file. */
export interface SyntaxTree {
  readonly directives: Directives
  readonly instructions: ReadonlyArray<SyntaxNode>
  /** Everything that is wrong or questionable in the file, what only a build would notice included. */
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

/** Cuts a file into instructions and words. Never fails: what is wrong is in `diagnostics`. */
export const readSyntax = (text: string): SyntaxTree => {
  const { directives, lines } = readLines(text)
  const read = parse(text)
  return {
    directives,
    instructions: lines.map((line) => nodeAt(line, directives.escape, 0)),
    diagnostics: read._tag === "Left" ? read.left : read.right.warnings
  }
}

const nodeAt = (line: LogicalLine, escape: Directives["escape"], offset: number): SyntaxNode => {
  const split = splitInstruction(line.text.slice(offset), offset)
  const placed = ({ offset: at, text }: Word, length = text.length): PlacedWord => ({
    text,
    ...rangeAt(line, at, length)
  })
  const command = split.name.text.toLowerCase()
  const end = split.rest.text === "" ? (split.flags.at(-1) ?? split.name) : split.rest
  const inner = command === "onbuild" && split.rest.text !== "" ? nodeAt(line, escape, split.rest.offset) : undefined
  const { json, words } = inner === undefined ? wordsOf(command, split.rest, escape) : { json: false, words: [] }
  return {
    command,
    flags: split.flags.map((flag) => placed(flag)),
    args: words.map((word) => placed(word, json ? split.rest.text.length : word.text.length)),
    json,
    heredocs: offset === 0 ? line.heredocs : [],
    ...(inner === undefined ? {} : { inner }),
    ...rangeAt(line, split.name.offset, end.offset + end.text.length - split.name.offset)
  }
}

interface Cut {
  readonly json: boolean
  readonly words: ReadonlyArray<Word>
}

const plain = (words: ReadonlyArray<Word>): Cut => ({ json: false, words })

/** The arguments of an instruction: each kind of instruction has its own way to cut them. */
const wordsOf = (command: string, rest: Word, escape: Directives["escape"]): Cut => {
  const { offset, text } = rest
  switch (command) {
    case "add":
    case "copy":
    case "volume":
      return jsonOr(rest, () => splitBlanks(text, offset))
    case "cmd":
    case "entrypoint":
    case "run":
    case "shell":
      return jsonOr(rest, () => (text === "" ? [] : [rest]))
    case "expose":
    case "from":
      return plain(splitBlanks(text, offset))
    case "arg":
      return plain(splitQuoted(text, offset, escape))
    case "env":
    case "label":
      return plain(pairWords(rest, escape))
    case "healthcheck":
      return healthWords(rest)
    case "maintainer":
    case "onbuild":
    case "stopsignal":
    case "user":
    case "workdir":
      return plain(text === "" ? [] : [rest])
    default:
      // What an unknown instruction would do with its arguments is unknown too.
      return plain([{ text: "", offset }])
  }
}

const jsonOr = (rest: Word, otherwise: () => ReadonlyArray<Word>): Cut => {
  const exec = readExecForm(rest.text)
  if (exec.kind !== "strings") return plain(otherwise())
  return { json: true, words: exec.values.map((text) => ({ text, offset: rest.offset })) }
}

/** Name, value and what stood between them: `=`, or nothing in the old form. */
const pairWords = (rest: Word, escape: Directives["escape"]): ReadonlyArray<Word> => {
  const words = splitQuoted(rest.text, rest.offset, escape)
  if (words[0] !== undefined && !words[0].text.includes("=")) {
    const legacy = splitLegacyPair(rest)
    return legacy === undefined ? words : [legacy.name, legacy.value, { text: "", offset: legacy.value.offset }]
  }
  return words.flatMap((word) => {
    const equals = word.text.indexOf("=")
    if (equals < 0) return [word]
    return [
      { text: word.text.slice(0, equals), offset: word.offset },
      { text: word.text.slice(equals + 1), offset: word.offset + equals + 1 },
      { text: "=", offset: word.offset + equals }
    ]
  })
}

const healthWords = (rest: Word): Cut => {
  let end = 0
  while (end < rest.text.length && !isSpace(rest.text.charAt(end))) end++
  if (end === 0) return plain([])
  let next = end
  while (next < rest.text.length && isSpace(rest.text.charAt(next))) next++
  const kind = { text: rest.text.slice(0, end), offset: rest.offset }
  const command = { text: rest.text.slice(next), offset: rest.offset + next }
  const { json, words } = jsonOr(command, () => (command.text === "" ? [] : [command]))
  return { json, words: [kind, ...words] }
}

/**
 * One instruction as an expression, such as `(copy ["--link"] "a" "/b/")`, in the notation of BuildKit's parser tests.
 * Heredoc bodies are not in it.
 */
export const printNode = ({ args, command, flags, inner }: SyntaxNode): string => {
  const quoted = flags.map(({ text }) => goQuote(text)).join(" ")
  const parts = [
    // Bare, as BuildKit has it, unless it is something that no terminal should see.
    /^[^\p{C}\p{Z}]+$/u.test(command) ? command : goQuote(command),
    ...(flags.length === 0 ? [] : [`[${quoted}]`]),
    ...(inner === undefined ? args.map(({ text }) => goQuote(text)) : [printNode(inner)])
  ]
  return `(${parts.join(" ")})`
}
