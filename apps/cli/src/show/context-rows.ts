import type { ContextEntry } from "@gantry/build/context/ContextTree"
import type { ListedContext, PathDecision } from "@gantry/engine/verbs/list-context"
import { humanSize } from "./size.ts"
import { table } from "./table.ts"

const letters: { readonly [type in ContextEntry["type"]]: string } = {
  file: "-",
  dir: "d",
  symlink: "l",
  fifo: "p",
  char: "c",
  block: "b",
  socket: "s"
}

/** `-rw-r--r--`, with set-id and sticky bits as `ls` shows them. */
const modeText = ({ mode, type }: ContextEntry): string => {
  const bits = [..."rwxrwxrwx"].map((letter, at) => ((mode >> (8 - at)) & 1 ? letter : "-"))
  const special = (bit: number, at: number, letter: string) => {
    if ((mode & bit) !== 0) bits[at] = bits[at] === "x" ? letter : letter.toUpperCase()
  }
  special(0o4000, 2, "s")
  special(0o2000, 5, "s")
  special(0o1000, 8, "t")
  return letters[type] + bits.join("")
}

/** Text of a file name, without what would move the cursor. */
const printable = (path: string): string => path.replaceAll(/\p{Cc}/gu, "?")

const nameOf = ({ linkTarget, path, type }: ContextEntry): string =>
  printable(path) + (type === "dir" ? "/" : linkTarget === undefined ? "" : ` -> ${printable(linkTarget)}`)

/** One line for each thing that is sent. */
export const contextLines = ({ entries }: ListedContext, quiet: boolean): ReadonlyArray<string> =>
  quiet
    ? entries.map(({ path }) => printable(path))
    : table(
        ["MODE", "SIZE", "PATH"],
        entries.map((entry) => [modeText(entry), entry.type === "file" ? humanSize(entry.size, 3) : "", nameOf(entry)])
      )

const counted = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`

/** How much it is, and what decided. */
export const contextSummary = ({ commit, context, entries, ignoreFile }: ListedContext): string => {
  const files = entries.filter(({ type }) => type === "file")
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  const at = commit === undefined ? "" : ` at commit ${commit.slice(0, 12)}`
  const rules =
    ignoreFile === undefined
      ? "no ignore file"
      : `without what ${ignoreFile.path} leaves out (${counted(ignoreFile.rules, "rule")})`
  return `${counted(files.length, "file")}, ${humanSize(bytes, 3)}, of ${context}${at}; ${rules}`
}

/** One sentence about a path. */
export const decisionLine = (
  { fate, forInside, line, path, pattern }: PathDecision,
  ignoreFile: ListedContext["ignoreFile"]
): string => {
  const by = line === undefined ? "" : ` line ${line} of ${ignoreFile?.path ?? "the ignore file"}: ${pattern}`
  const name = printable(path)
  if (fate === "absent") return `${name}: there is nothing of that name`
  if (fate === "left-out") return line === undefined ? `${name}: left out` : `${name}: left out by${by}`
  if (forInside) return `${name}: sent for what is inside it; left out itself by${by}`
  if (line !== undefined) return `${name}: sent, taken back in by${by}`
  return `${name}: sent; ${ignoreFile === undefined ? "there is no ignore file" : `no line of ${ignoreFile.path} matches`}`
}

/** All of it, for JSON and templates. Sizes in bytes, modes in octal. */
export const contextFacts = ({ commit, context, decisions, entries, ignoreFile }: ListedContext) => ({
  context,
  ...(commit === undefined ? {} : { commit }),
  ignoreFile: ignoreFile ?? null,
  entries: entries.map(({ linkTarget, mode, path, size, type }) => ({
    path,
    type,
    mode: mode.toString(8).padStart(4, "0"),
    ...(type === "file" ? { size } : {}),
    ...(linkTarget === undefined ? {} : { target: linkTarget })
  })),
  decisions
})
