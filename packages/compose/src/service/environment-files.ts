import { type FileText, readFile } from "../files/read-file.ts"
import { absolutePathOf } from "../files/path-of.ts"
import type { Environment } from "../tree/Tree.ts"
import { spendCharacters } from "../tree/Report.ts"
import { type EnvFile, parseDotenv, parseRawEnv } from "../variables/dotenv.ts"
import { lookupIn } from "../variables/interpolate.ts"
import { type At, choice, fullText, list, open, type Read, say, truth } from "../read/At.ts"

/** A file of variables, still to be read. */
export interface EnvironmentFile {
  readonly at: At
  readonly path: string
  readonly required: boolean
  readonly raw: boolean
}

const one: Read<EnvironmentFile> = (at) => {
  const fields = open(at, ["path", "required", "format"])
  const pathAt = fields.get("path")
  if (pathAt === undefined) {
    return at.tree.kind === "table" ? say(at, "it has no path") : undefined
  }
  const path = pathAt.tree.kind === "scalar" && fullText(pathAt) !== undefined ? absolutePathOf(pathAt.tree) : undefined
  const required = fields.read("required", truth) ?? true
  const raw = fields.read("format", choice("raw", "dotenv")) === "raw"
  return path === undefined ? undefined : { at: pathAt, path, required, raw }
}

/** The files that `env_file` names. */
export const environmentFiles: Read<ReadonlyArray<EnvironmentFile>> = list(one)

/** The files that `label_file` names. */
export const labelFiles: Read<ReadonlyArray<EnvironmentFile>> = list((at) =>
  at.tree.kind === "scalar" && fullText(at) !== undefined
    ? { at, path: absolutePathOf(at.tree), required: true, raw: false }
    : undefined
)

/** What the files say, a later one overriding an earlier one. */
export const readVariables = (files: ReadonlyArray<EnvironmentFile>): Environment => {
  const found = new Map<string, string>()
  for (const { at, path, raw, required } of files) {
    if (at.report.budget.characters < 0) return found
    const file: FileText = readFile(path)
    if ("why" in file) {
      if (required || !file.missing) say(at, `${path} cannot be read: ${file.why}`)
      continue
    }
    if (!spendCharacters(at.report, file.text.length)) {
      say(at, "the files of variables are too long together")
      continue
    }
    const { environment } = at.tree.place.source
    const lookup = lookupIn(new Map([...found, ...environment]), at.report)
    const parsed: EnvFile = raw ? parseRawEnv(file.text, lookup) : parseDotenv(file.text, lookup)
    if ("problem" in parsed) say(at, `${path}:${parsed.line}: ${parsed.problem}`, parsed.hint)
    else for (const [name, value] of parsed.variables) found.set(name, value)
  }
  return found
}
