import * as Either from "effect/Either"
import { nearest } from "@gantry/core/nearest"
import type { CacheSharing, MountFlag, RunMount } from "./RunMount.ts"

/** Cuts the value of a `--mount` flag at its commas; fields may be in double quotes. Returns a sentence on failure. */
export const splitMount = (text: string): MountFlag | string => {
  const fields: Array<MountFlag["fields"][number]> = []
  let at = 0
  for (;;) {
    let field = ""
    if (text.charAt(at) === '"') {
      const quoted = /"((?:[^"]|"")*)"(?=,|$)/y
      quoted.lastIndex = at
      const match = quoted.exec(text)
      if (match === null) return `--mount: a quote is not closed, or does not enclose a whole field, in ${text}`
      field = match[1]!.replaceAll('""', '"')
      at = quoted.lastIndex
    } else {
      const comma = text.indexOf(",", at)
      const end = comma < 0 ? text.length : comma
      field = text.slice(at, end)
      if (field.includes('"')) return `--mount: a quote in the middle of ${field}; quote the whole field`
      at = end
    }
    const equals = field.indexOf("=")
    const key = (equals < 0 ? field : field.slice(0, equals)).toLowerCase()
    fields.push({ key, value: equals < 0 ? undefined : field.slice(equals + 1) })
    if (at >= text.length) return { text, fields }
    at++
  }
}

const keys: { readonly [key: string]: string } = {
  type: "type",
  from: "from",
  source: "source",
  src: "source",
  target: "target",
  dst: "target",
  destination: "target",
  readonly: "readonly",
  ro: "readonly",
  readwrite: "readwrite",
  rw: "readwrite",
  required: "required",
  id: "id",
  sharing: "sharing",
  mode: "mode",
  uid: "uid",
  gid: "gid",
  size: "size",
  env: "env"
}

const allowed: { readonly [type in RunMount["type"]]: ReadonlyArray<string> } = {
  bind: ["from", "source", "target", "readonly", "readwrite"],
  cache: ["id", "from", "source", "target", "readonly", "readwrite", "sharing", "mode", "uid", "gid"],
  tmpfs: ["target", "size", "readonly", "readwrite"],
  secret: ["id", "source", "target", "env", "required", "mode", "uid", "gid", "readonly"],
  ssh: ["id", "source", "target", "required", "mode", "uid", "gid", "readonly"]
}

/**
 * What can be said about a mount before its variables are known: a sentence if something is wrong.
 * A `from` with a variable is wrong always, because stages are resolved before variables.
 */
export const checkMount = (flag: MountFlag): string | undefined => {
  const hasVariable = flag.fields.some(({ value }) => value?.includes("$") === true)
  const from = flag.fields.find(({ key, value }) => key === "from" && value?.includes("$") === true)
  if (from !== undefined) return `--mount: from cannot hold a variable; name the image with FROM ${from.value} AS name`
  if (hasVariable) {
    const unknown = flag.fields.find(({ key }) => !Object.hasOwn(keys, key))
    return unknown === undefined ? undefined : unknownKey(unknown.key)
  }
  return Either.match(
    readMount(flag, (value) => Either.right(value)),
    {
      onLeft: (problem) => problem,
      onRight: () => undefined
    }
  )
}

const unknownKey = (key: string) => {
  const found = nearest(key, Object.keys(keys))
  return `--mount has no option "${key}"${found === undefined ? "" : `, did you mean ${found}?`}`
}

/**
 * Gives a mount its meaning. `expand` replaces the variables of one value and may fail with a sentence; so may this.
 *
 * Defaults: bind; read only except for cache and tmpfs; secrets in `/run/secrets/<id>`, 0400; the agent's socket 0600;
 * caches are shared, 0755, named after their target.
 */
export const readMount = (
  { fields }: MountFlag,
  expand: (value: string) => Either.Either<string, string>
): Either.Either<RunMount, string> => {
  const values = new Map<string, string>()
  for (const { key, value } of fields) {
    const known = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (known === undefined) return Either.left(unknownKey(key))
    if (value === undefined && known !== "readonly" && known !== "readwrite" && known !== "required") {
      return Either.left(`--mount: ${key} needs a value`)
    }
    const expanded = expand(value ?? "true")
    if (Either.isLeft(expanded)) return Either.left(expanded.left)
    values.set(known, expanded.right)
  }
  return shape(values)
}

const shape = (values: ReadonlyMap<string, string>): Either.Either<RunMount, string> => {
  const type = (values.get("type") ?? "bind").toLowerCase()
  if (!isMountType(type)) {
    const found = nearest(type, Object.keys(allowed))
    return Either.left(`--mount has no type "${type}"${found === undefined ? "" : `, did you mean ${found}?`}`)
  }
  for (const key of values.keys()) {
    if (key !== "type" && !allowed[type].includes(key)) return Either.left(`a ${type} mount has no option ${key}`)
  }
  const problems: Array<string> = []
  const flag = (key: string): boolean | undefined => {
    const text = values.get(key)
    if (text === undefined) return undefined
    if (/^(?:1|t|true)$/i.test(text)) return true
    if (!/^(?:0|f|false)$/i.test(text)) problems.push(`--mount: ${key} is true or false, not "${text}"`)
    return false
  }
  const number = (key: string, base: 8 | 10, otherwise: number): number => {
    const text = values.get(key)
    if (text === undefined) return otherwise
    if (!(base === 8 ? /^[0-7]+$/ : /^\d+$/).test(text) || Number.parseInt(text, base) >= 2 ** 32) {
      problems.push(`--mount: ${key} must be a${base === 8 ? "n octal" : ""} number, not "${text}"`)
    }
    return Number.parseInt(text, base)
  }
  const writable = flag("readwrite")
  const readOnly = flag("readonly") ?? (writable === undefined ? undefined : !writable)
  const owner = (mode: number) => ({
    mode: number("mode", 8, mode),
    uid: number("uid", 10, 0),
    gid: number("gid", 10, 0)
  })
  const from = values.get("from")
  const target = values.get("target")
  const mount = ((): RunMount | string => {
    switch (type) {
      case "bind":
        if (target === undefined) return "a bind mount needs a target"
        return {
          type,
          target,
          source: values.get("source") ?? "/",
          ...(from === undefined ? {} : { from }),
          readOnly: readOnly ?? true
        }
      case "cache": {
        if (target === undefined) return "a cache mount needs a target"
        const sharing = (values.get("sharing") ?? "shared").toLowerCase()
        if (!isSharing(sharing)) return `a cache is shared, private or locked, not "${sharing}"`
        return {
          type,
          id: values.get("id") ?? target,
          hasId: values.has("id"),
          target,
          ...(from === undefined ? {} : { from }),
          source: values.get("source") ?? "/",
          sharing,
          readOnly: readOnly ?? false,
          ...owner(0o755)
        }
      }
      case "tmpfs": {
        if (target === undefined) return "a tmpfs mount needs a target"
        const text = values.get("size")
        const size = text === undefined ? undefined : parseSize(text)
        if (text !== undefined && size === undefined) return `--mount: size "${text}" is not a size such as 64m or 1g`
        return { type, target, ...(size === undefined ? {} : { size }) }
      }
      case "secret": {
        if (values.has("source") && values.has("id")) return "a secret mount has either a source or an id"
        const id = values.get("id") ?? values.get("source") ?? target?.split("/").at(-1)
        const env = values.get("env")
        if (id === undefined || id === "") return "a secret mount needs an id or a target"
        const place = target ?? (env === undefined ? `/run/secrets/${id}` : undefined)
        return {
          type,
          id,
          ...(place === undefined ? {} : { target: place }),
          ...(env === undefined ? {} : { env }),
          required: flag("required") ?? false,
          ...owner(0o400)
        }
      }
      case "ssh":
        return {
          type,
          id: values.get("id") ?? values.get("source") ?? "default",
          ...(target === undefined ? {} : { target }),
          required: flag("required") ?? false,
          ...owner(0o600)
        }
    }
  })()
  if (typeof mount === "string") return Either.left(mount)
  return problems[0] === undefined ? Either.right(mount) : Either.left(problems[0])
}

const isMountType = (text: string): text is RunMount["type"] => Object.hasOwn(allowed, text)
const isSharing = (text: string): text is CacheSharing => text === "shared" || text === "private" || text === "locked"

/** Bytes of a size such as `64m`, `1.5GiB` or `1024`; units count in 1024s. */
const parseSize = (text: string): number | undefined => {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text)
  if (match === null) return undefined
  const power = match[2] === undefined || match[2] === "" ? 0 : "kmgtp".indexOf(match[2].toLowerCase()) + 1
  const size = Math.trunc(Number(match[1]) * 1024 ** power)
  return Number.isSafeInteger(size) ? size : undefined
}
