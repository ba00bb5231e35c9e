import { composeLimit, readFile } from "../files/read-file.ts"
import { longModel } from "../merge/long-forms.ts"
import { parseTrees, tableOf } from "../tree/parse-trees.ts"
import { isNull } from "../tree/scalars.ts"
import type { Table } from "../tree/Tree.ts"
import { interpolate, leaveAsWritten } from "../variables/interpolate.ts"
import type { Loading, Reading } from "./Loading.ts"

/** The documents of a Compose file, as written. Problems are in the report. */
export const readDocuments = (
  { path, source }: Reading,
  { report, yaml }: Loading,
  { named }: { readonly named: boolean }
): ReadonlyArray<Table> => {
  if (report.budget.files-- <= 0) {
    report.problems.push({ file: source.file, path: "", message: "too many files refer to each other" })
    return []
  }
  const file = readFile(path, { most: composeLimit, named })
  if ("text" in file) return parseDocuments(file.text, source, { report, yaml })
  report.problems.push({ file: source.file, path: "", message: `the file cannot be read: ${file.why}` })
  return []
}

/** The documents of a text. */
export const parseDocuments = (
  text: string,
  source: Reading["source"],
  { report, yaml }: Pick<Loading, "report" | "yaml">
): ReadonlyArray<Table> => {
  const before = report.problems.length
  const trees = parseTrees(yaml, text, source, report).filter((tree) => !isNull(tree))
  if (trees.length === 0 && report.problems.length === before) {
    report.problems.push({ file: source.file, path: "", message: "the file is empty" })
  }
  return trees.flatMap((tree) => tableOf(tree, report) ?? [])
}

/** A document with its variables filled in and everything in its long form. */
export const prepare = (document: Table, { interpolate: fills, report }: Loading): Table => {
  if (!fills) leaveAsWritten(document, report)
  const filled = fills ? interpolate(document, "", document.place.source.environment, report) : document
  return longModel(filled.kind === "table" ? filled : document, report)
}
