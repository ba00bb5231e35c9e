import {
  type Action,
  actions,
  type ArchRule,
  type ArgumentRule,
  operators,
  type Profile,
  type Scope,
  type SyscallRule
} from "./profile.ts"

/** A profile that cannot be used. The message says where and why. */
export class ProfileError extends Error {
  constructor(message: string) {
    super(`seccomp profile: ${message}`)
    this.name = "ProfileError"
  }
}

type Fields = Readonly<Record<string, unknown>>

const quoted = /"(value|valueTwo)"(\s*:\s*)(\d+)(?=\s*[,}])/g

/** Reads a profile file in Docker's JSON format. Unknown fields are ignored. Throws {@link ProfileError}. */
export const parseProfile = (text: string): Profile => {
  let json: unknown
  try {
    // Values go up to 2^64, where JSON.parse would round: they travel as text.
    json = JSON.parse(text.replace(quoted, '"$1"$2"$3"'))
  } catch (error) {
    throw new ProfileError(error instanceof Error ? error.message : String(error))
  }
  const profile = fields(json, "the file")
  return {
    defaultAction: action(profile["defaultAction"], "defaultAction"),
    ...optional("defaultErrnoRet", profile["defaultErrnoRet"], errno),
    ...optional("archMap", profile["archMap"], (value, at) => list(value, at).map(archRule)),
    ...optional("architectures", profile["architectures"], strings),
    syscalls: list(profile["syscalls"] ?? [], "syscalls").map(syscallRule)
  }
}

/** A field that is left out when the file has none; null counts as none. */
const optional = <Name extends string, A>(
  name: Name,
  value: unknown,
  read: (value: unknown, at: string) => A
): { readonly [Key in Name]?: A } =>
  value === undefined || value === null ? {} : ({ [name]: read(value, name) } as { readonly [Key in Name]?: A })

const fields = (value: unknown, at: string): Fields => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ProfileError(`${at} is no object`)
  return { ...value }
}

const list = (value: unknown, at: string): ReadonlyArray<unknown> => {
  if (!Array.isArray(value)) throw new ProfileError(`${at} is no list`)
  return value
}

const string = (value: unknown, at: string): string => {
  if (typeof value !== "string") throw new ProfileError(`${at} is no string`)
  return value
}

const strings = (value: unknown, at: string): ReadonlyArray<string> =>
  list(value, at).map((each, index) => string(each, `${at}[${index}]`))

const errno = (value: unknown, at: string): number => {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 4095) {
    throw new ProfileError(`${at} is no error number`)
  }
  return value
}

const action = (value: unknown, at: string): Action => {
  const known = (Object.keys(actions) as ReadonlyArray<Action>).find((name) => name === value)
  if (known === undefined) throw new ProfileError(`${at} is ${JSON.stringify(value)}, which is no action known here`)
  return known
}

const archRule = (value: unknown, index: number): ArchRule => {
  const at = `archMap[${index}]`
  const rule = fields(value, at)
  return {
    architecture: string(rule["architecture"], `${at}.architecture`),
    ...optional("subArchitectures", rule["subArchitectures"], strings)
  }
}

const syscallRule = (value: unknown, index: number): SyscallRule => {
  const at = `syscalls[${index}]`
  const rule = fields(value, at)
  const names =
    rule["names"] === undefined ? [string(rule["name"], `${at}.names`)] : strings(rule["names"], `${at}.names`)
  return {
    names,
    action: action(rule["action"], `${at}.action`),
    ...optional("args", rule["args"], (args) =>
      list(args, `${at}.args`).map((arg, n) => argument(arg, `${at}.args[${n}]`))
    ),
    ...optional("includes", rule["includes"], (scoped) => scope(scoped, `${at}.includes`)),
    ...optional("excludes", rule["excludes"], (scoped) => scope(scoped, `${at}.excludes`)),
    ...optional("errnoRet", rule["errnoRet"], errno)
  }
}

const scope = (value: unknown, at: string): Scope => {
  const scoped = fields(value, at)
  return {
    ...optional("caps", scoped["caps"], strings),
    ...optional("arches", scoped["arches"], strings),
    ...optional("minKernel", scoped["minKernel"], string)
  }
}

const argument = (value: unknown, at: string): ArgumentRule => {
  const rule = fields(value, at)
  const index = rule["index"]
  if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index > 5) {
    throw new ProfileError(`${at}.index is no number from 0 to 5`)
  }
  const op = operators.find((name) => name === rule["op"])
  if (op === undefined) throw new ProfileError(`${at}.op is ${JSON.stringify(rule["op"])}, which is no comparison`)
  return {
    index,
    op,
    value: wide(rule["value"] ?? "0", `${at}.value`),
    valueTwo: wide(rule["valueTwo"] ?? "0", `${at}.valueTwo`)
  }
}

const wide = (value: unknown, at: string): bigint => {
  if (typeof value !== "string" || !/^\d+$/.test(value)) throw new ProfileError(`${at} is no whole number`)
  const number = BigInt(value)
  if (number > 0xffffffffffffffffn) throw new ProfileError(`${at} does not fit into 64 bits`)
  return number
}
