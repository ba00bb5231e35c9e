import type { Finding } from "./Finding.ts"
import type { Source } from "./sources.ts"

/** Looks like the id of a law and is the name of a standard. */
const standards = /^(?:UTF|SHA|ISO|RFC|IEEE|AES|MD|HTTP|TLS|CRC|ECMA|ASCII|POSIX|CVE|GPL)-\d+$/

/** Ids of all laws that exist: the first argument of a law in packages/laws. */
const lawIds = (sources: ReadonlyArray<Source>): ReadonlySet<string> =>
  new Set(
    sources
      .filter(({ home, room }) => home === "packages/laws" && room === "src")
      .flatMap(({ text }) => Array.from(text.matchAll(/"([A-Z]{2,}-\d+)"/g), ([, id = ""]) => id))
  )

const exported =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/

/** A constant of the kernel or of a format, under its own name: its manual documents it. */
const foreign = /^[A-Z][A-Z0-9_]+$/

/** The line before a declaration ends a docstring; one is enough for a block of one-line declarations. */
const documented = (lines: ReadonlyArray<string>, declaration: number): boolean => {
  let last = declaration - 1
  while (/^export const \w+.*[^{[(>,]$/.test(lines[last] ?? "")) last--
  if (!(lines[last] ?? "").trimEnd().endsWith("*/")) return false
  for (let at = last; at >= 0; at--) {
    const line = (lines[at] ?? "").trimStart()
    if (line.startsWith("/**")) return true
    if (line.startsWith("/*")) return false
  }
  return false
}

/** Every exported name says what it is; one docstring is enough for a value and a type of one name. */
const checkDocstrings = (source: Source): ReadonlyArray<Finding> => {
  const names = source.codeLines.flatMap((line, index) => {
    const name = exported.exec(line)?.[1]
    return name === undefined ? [] : [{ name, index, documented: documented(source.lines, index) }]
  })
  const known = new Set(names.filter((each) => each.documented).map(({ name }) => name))
  return names
    .filter(({ name }) => !known.has(name) && !foreign.test(name))
    .map(({ index, name }) => ({ rule: "docs", path: source.path, line: index + 1, what: `${name} has no docstring` }))
}

/** Laws that are cited exist. */
const checkCitations = (source: Source, ids: ReadonlySet<string>): ReadonlyArray<Finding> =>
  source.lines.flatMap((line, index) =>
    Array.from(line.matchAll(/\b[A-Z]{2,}-\d+\b/g), ([id]) => id)
      // What is left of it in the code was in no comment.
      .filter((id) => !standards.test(id) && !ids.has(id) && isComment(source, index, line.indexOf(id)))
      .map((id) => ({ rule: "laws", path: source.path, line: index + 1, what: `there is no law ${id}` }))
  )

const isComment = (source: Source, line: number, column: number): boolean => {
  const before = (source.codeLines[line] ?? "").slice(0, column)
  const opened = (before.match(/["'`]/g) ?? []).length % 2 === 1
  return !opened && (source.codeLines[line] ?? "")[column] === " "
}

/** Exported names have docstrings, and docstrings tell the truth about laws. */
export const checkDocs = (sources: ReadonlyArray<Source>): ReadonlyArray<Finding> => {
  const ids = lawIds(sources)
  return sources
    .filter(({ room }) => room === "src")
    .flatMap((source) => [...checkDocstrings(source), ...checkCitations(source, ids)])
}
