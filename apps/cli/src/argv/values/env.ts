import { bad, good, type Result } from "../Result.ts"
import { keyAndValue } from "./csv.ts"

/** One variable. A missing value takes the variable away from what the image sets. */
export interface Variable {
  readonly name: string
  readonly value: string | undefined
}

/** A variable as environments of processes are written; `NAME` alone takes it away. */
export const variableText = ({ name, value }: Variable): string => (value === undefined ? name : `${name}=${value}`)

/** The caller's variables. */
export type Environment = { readonly [name: string]: string | undefined }

/** Reads one value of `--env`: `NAME=value`, or `NAME` to copy from the caller, which unsets it when it is not there. */
export const parseEnv = (text: string, caller: Environment): Result<Variable> => {
  const [name, value] = keyAndValue(text)
  if (name === "") return bad(`invalid environment variable: ${text}`)
  return good({ name, value: value ?? own(caller, name) })
}

/**
 * Reads the text of an `--env-file`: one `NAME=value` or `NAME` in a line, `#` at the start of a line for comments.
 *
 * Quotes and trailing blanks are part of the value. A `NAME` that the caller does not have is left out. `called`: how the
 * file is called when it cannot be read.
 */
export const parseEnvFile = (
  path: string,
  text: string,
  caller: Environment,
  called = "env file"
): Result<ReadonlyArray<Variable>> => {
  const variables: Array<Variable> = []
  for (const raw of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const line = raw.trimStart()
    if (line === "" || line.startsWith("#")) continue
    const [name, value] = keyAndValue(line)
    if (name === "") return bad(`invalid ${called} (${path}): no variable name on line '${line}'`)
    if (/\s/.test(name)) return bad(`invalid ${called} (${path}): variable '${name}' contains whitespaces`)
    const found = value ?? own(caller, name)
    if (found !== undefined) variables.push({ name, value: found })
  }
  return good(variables)
}

/** `process.env` inherits from `Object`, and `constructor` is not a variable. */
const own = (caller: Environment, name: string): string | undefined =>
  Object.hasOwn(caller, name) ? caller[name] : undefined
