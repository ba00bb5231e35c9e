import { posix } from "node:path"
import type { IdMapWish } from "@gantry/engine/containers/IdMapWish"
import { bad, good, type Result } from "../Result.ts"
import { parseBytes } from "./bytes.ts"
import { fieldsOf, keyAndValue } from "./csv.ts"
import { parseIdMap } from "./id-map.ts"
import { isPropagation, type Propagation } from "./propagation.ts"

const recursions = ["enabled", "disabled", "writable", "readonly"] as const

/** Whether a bind takes along what is mounted below its source, and whether that is read-only too. */
export type Recursion = (typeof recursions)[number]

/** One value of `--mount`. */
export type MountSpec = { readonly target: string; readonly readOnly: boolean } & (
  | {
      readonly type: "bind"
      /** As written, except that a relative path has been resolved. */
      readonly source: string
      readonly propagation?: Propagation
      readonly recursion?: Recursion
      readonly idMap?: IdMapWish
      /** Make the source directory when it is not there. */
      readonly createSource: boolean
    }
  | {
      readonly type: "volume"
      /** Missing for an anonymous volume. */
      readonly source?: string
      readonly noCopy: boolean
      readonly subpath?: string
      readonly idMap?: IdMapWish
      readonly driver?: string
      readonly labels: Readonly<Record<string, string>>
      readonly driverOptions: Readonly<Record<string, string>>
    }
  | {
      readonly type: "tmpfs"
      readonly sizeBytes?: number
      /** Permission bits, such as `0o1777`. */
      readonly mode?: number
    }
  | { readonly type: "image"; readonly source: string; readonly subpath?: string }
)

/** Reads one value of `--mount`: `type=bind,src=/a,dst=/b,ro`. A relative source of a bind is taken from `cwd`. */
export const parseMount = (text: string, cwd: string): Result<MountSpec> => {
  if (text === "") return bad("a mount needs key=value pairs")
  const fields = fieldsOf(text)
  if (!fields.ok) return fields
  const draft = new Draft()
  for (const field of fields.value) {
    const problem = draft.take(field)
    if (problem !== undefined) return bad(problem)
  }
  return finish(draft, cwd)
}

/** What the fields said, before it is clear which type they make. */
class Draft {
  type = "volume"
  source = ""
  target = ""
  readOnly: boolean | undefined
  propagation: Propagation | undefined
  recursion: Recursion | undefined
  idMap: IdMapWish | undefined
  createSource = false
  noCopy = false
  driver: string | undefined
  subpath: string | undefined
  sizeBytes: number | undefined
  mode: number | undefined
  readonly labels: Record<string, string> = {}
  readonly driverOptions: Record<string, string> = {}
  /** Prefixes of the keys that were used, `bind` for `bind-propagation`. */
  readonly families = new Set<string>()

  take(field: string): string | undefined {
    const [written, value] = keyAndValue(field)
    const key = written.toLowerCase()
    const family = /^(bind|volume|tmpfs|image)-/.exec(key)?.[1]
    if (family !== undefined) this.families.add(family)
    if (key === "idmap") return this.#map(value)
    if (switches.has(key)) return this.#flip(key, value)
    if (value === undefined) return `invalid field '${field}' must be a key=value pair`
    return this.#set(key, value, field)
  }

  #flip(key: string, text: string | undefined): string | undefined {
    const value = text === undefined ? true : switchWords.get(text)
    if (value === undefined) return `invalid value for ${key}: ${text}`
    if (key === "volume-nocopy") this.noCopy = value
    else if (key === "bind-nonrecursive") this.recursion = value ? "disabled" : "enabled"
    else if (key === "create" || key === "bind-create-src") this.createSource = value
    else this.readOnly = key === "rw" ? !value : value
    return undefined
  }

  #map(text: string | undefined): string | undefined {
    if (text === "false") {
      this.idMap = undefined
      return undefined
    }
    const wish = parseIdMap(text)
    if (!wish.ok) return wish.problem
    this.idMap = wish.value
    return undefined
  }

  #set(key: string, value: string, field: string): string | undefined {
    switch (key) {
      case "type":
        this.type = value.toLowerCase()
        return undefined
      case "src":
      case "source":
        this.source = value
        return undefined
      case "dst":
      case "destination":
      case "target":
        this.target = value
        return undefined
      case "consistency":
        // A hint for other systems; Docker accepts and ignores it on Linux.
        return undefined
      case "bind-propagation":
        if (!isPropagation(value)) return `invalid value for bind-propagation: ${value}`
        this.propagation = value
        return undefined
      case "bind-recursive":
        this.recursion = recursions.find((each) => each === value)
        return this.recursion === undefined
          ? `invalid value for bind-recursive: ${value} (must be "enabled", "disabled", "writable", or "readonly")`
          : undefined
      case "subpath":
      case "volume-subpath":
      case "image-subpath":
        this.subpath = value
        return undefined
      case "volume-driver":
        this.driver = value
        return undefined
      case "volume-label":
        setPair(this.labels, value)
        return undefined
      case "volume-opt":
        setPair(this.driverOptions, value)
        return undefined
      case "tmpfs-size": {
        const size = parseBytes(value)
        if (!size.ok) return `invalid value for tmpfs-size: ${value}`
        this.sizeBytes = size.value
        return undefined
      }
      case "tmpfs-mode":
        if (!/^[0-7]{1,4}$/.test(value)) return `invalid value for tmpfs-mode: ${value}`
        this.mode = Number.parseInt(value, 8)
        return undefined
      default:
        return `unexpected key '${key}' in '${field}'`
    }
  }
}

const switches = new Set(["readonly", "ro", "rw", "volume-nocopy", "bind-nonrecursive", "create", "bind-create-src"])

const switchWords = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false]
])

const setPair = (to: Record<string, string>, text: string): void => {
  const [key, value = ""] = keyAndValue(text)
  to[key] = value
}

const finish = (draft: Draft, cwd: string): Result<MountSpec> => {
  const { type, source, target, readOnly } = draft
  if (target === "") return bad("target is required")
  if (!posix.isAbsolute(target)) return bad(`invalid mount path: '${target}' mount path must be absolute`)
  for (const family of draft.families) {
    if (family !== type) return bad(`cannot mix '${family}-*' options with mount type '${type}'`)
  }
  if (draft.idMap !== undefined && type !== "bind" && type !== "volume")
    return bad(`a mount of type ${type} has no idmap`)
  if (draft.subpath !== undefined && type !== "volume" && type !== "image")
    return bad(`a mount of type ${type} has no subpath`)
  // What everybody may have of an image is nobody's to change, unless somebody says so.
  const common = { target, readOnly: readOnly ?? type === "image" }
  switch (type) {
    case "bind":
      return finishBind(draft, common, cwd)
    case "volume":
      return good({
        type,
        ...common,
        ...(source === "" ? {} : { source }),
        noCopy: draft.noCopy,
        ...(draft.subpath === undefined ? {} : { subpath: draft.subpath }),
        ...(draft.idMap === undefined ? {} : { idMap: draft.idMap }),
        ...(draft.driver === undefined ? {} : { driver: draft.driver }),
        labels: draft.labels,
        driverOptions: draft.driverOptions
      })
    case "tmpfs":
      if (source !== "") return bad("a mount of type tmpfs has no source")
      return good({
        type,
        ...common,
        ...(draft.sizeBytes === undefined ? {} : { sizeBytes: draft.sizeBytes }),
        ...(draft.mode === undefined ? {} : { mode: draft.mode })
      })
    case "image":
      if (source === "") return bad("a mount of type image needs a source")
      return good({ type, ...common, source, ...(draft.subpath === undefined ? {} : { subpath: draft.subpath }) })
    default:
      return bad(`mount type unknown: "${type}" (must be "bind", "volume", "tmpfs" or "image")`)
  }
}

const finishBind = (
  { source, propagation, recursion, createSource, idMap }: Draft,
  common: { readonly target: string; readonly readOnly: boolean },
  cwd: string
): Result<MountSpec> => {
  if (source === "") return bad("a mount of type bind needs a source")
  if (recursion === "readonly" && !common.readOnly) {
    return bad("option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction")
  }
  if (recursion === "readonly" && propagation !== "rprivate") {
    return bad("option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction")
  }
  if (recursion === "writable" && !common.readOnly) {
    return bad("option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction")
  }
  return good({
    type: "bind",
    ...common,
    source: posix.resolve(cwd, source),
    ...(propagation === undefined ? {} : { propagation }),
    ...(recursion === undefined ? {} : { recursion }),
    ...(idMap === undefined ? {} : { idMap }),
    createSource
  })
}
