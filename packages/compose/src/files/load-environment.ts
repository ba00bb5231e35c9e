import { resolve } from "node:path"
import { parseDotenv } from "../variables/dotenv.ts"
import { lookupIn } from "../variables/interpolate.ts"
import { type Report, spendCharacters } from "../tree/Report.ts"
import type { Environment } from "../tree/Tree.ts"
import { readFile } from "./read-file.ts"

/**
 * What `.env` files say; a later one overrides an earlier one. Files that must be there are problems when they are not.
 *
 * `named`: the user has named them, so pipes are as good as files.
 */
export const readEnvFiles = (
  paths: ReadonlyArray<string>,
  given: Environment,
  report: Report,
  { named = false, required }: { readonly named?: boolean; readonly required: boolean }
): Environment => {
  const found = new Map<string, string>()
  for (const path of paths) {
    const file = readFile(path, { named })
    if ("why" in file) {
      // Other programs have directories of that name.
      if (required || !(file.missing || file.isDirectory === true)) {
        report.problems.push({ file: path, path: "", message: `the environment file cannot be read: ${file.why}` })
      }
      continue
    }
    if (!spendCharacters(report, file.text.length)) {
      report.problems.push({ file: path, path: "", message: "the files of variables are too long together" })
      continue
    }
    const parsed = parseDotenv(file.text, lookupIn(new Map([...found, ...given]), report))
    if ("problem" in parsed) {
      const { hint, line, problem: message } = parsed
      report.problems.push({ file: path, line, path: "", message, ...(hint !== undefined && { hint }) })
    } else for (const [name, value] of parsed.variables) found.set(name, value)
  }
  return found
}

/** Variables of a caller, those that have a value. */
export const environmentOf = (given: Readonly<Record<string, string | undefined>>): Environment =>
  new Map(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))

/** Which `.env` files were asked for: by option, else by variable; none when neither says anything. */
export const askedEnvFiles = (
  options: ReadonlyArray<string>,
  given: Environment,
  cwd: string
): ReadonlyArray<string> => {
  const asked = options.length > 0 ? options : commaList(given.get("COMPOSE_ENV_FILES"))
  return asked.map((path) => resolve(cwd, path))
}

/** The words of a variable such as `COMPOSE_PROFILES`. */
export const commaList = (text = "", separator = ","): ReadonlyArray<string> =>
  text
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== "")

/** Whether a variable says yes, as Go reads it. */
export const isYes = (text: string | undefined): boolean => /^(?:1|t|T|true|True|TRUE)$/.test(text ?? "")
