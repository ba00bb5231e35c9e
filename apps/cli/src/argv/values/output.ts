import { bad, good, type Result } from "../Result.ts"
import { type CompressionChoice, parseCompression } from "./compression.ts"
import { fieldsOf, keyAndValue } from "./csv.ts"
import { yesOrNo } from "./words.ts"

/** How layers are to be compressed, as written. */
export interface CompressionWish extends CompressionChoice {
  readonly force: boolean
  /** Whose media types; OCI's when nobody says. */
  readonly types?: "oci" | "docker"
}

/** An annotation as written: where it belongs, its platform if any, its name and its value. */
export interface AnnotationWish {
  readonly level: "manifest" | "manifest-descriptor" | "index"
  readonly platform?: string
  readonly key: string
  readonly value: string
}

/** One value of `--output`, read and checked, but with paths and names as they were written. */
export type OutputWish =
  | {
      readonly type: "image"
      readonly names: ReadonlyArray<string>
      readonly push: boolean
      readonly byDigest: boolean
      readonly store: boolean
      readonly compression: CompressionWish
      readonly annotations: ReadonlyArray<AnnotationWish>
    }
  | {
      readonly type: "oci" | "docker"
      /** Absent, or `-`: standard output. */
      readonly dest?: string
      /** False: a layout folder. */
      readonly tar: boolean
      readonly names: ReadonlyArray<string>
      readonly compression: CompressionWish
      readonly annotations: ReadonlyArray<AnnotationWish>
    }
  | {
      readonly type: "local"
      readonly dest: string
      readonly mode: "copy" | "delete"
      readonly split: "auto" | "always" | "never"
    }
  | { readonly type: "tar"; readonly dest?: string; readonly split: "auto" | "always" | "never" }
  | { readonly type: "cacheonly" }

/** The keys that have no effect here, because what they choose is what always happens. */
const idle = new Set([
  "unpack",
  "name-canonical",
  "dangling-name-prefix",
  "buildinfo",
  "buildinfo-attrs",
  "rewrite-timestamp"
])

const knownKeys: { readonly [type: string]: ReadonlyArray<string> } = {
  image: ["name", "push", "push-by-digest", "store", "compression", "compression-level", "force-compression"],
  oci: ["dest", "name", "tar", "compression", "compression-level", "force-compression"],
  docker: ["dest", "name", "tar", "compression", "compression-level", "force-compression"],
  local: ["dest", "mode", "platform-split"],
  tar: ["dest", "platform-split"],
  cacheonly: []
}

/**
 * Reads one value of `--output`: `type=…,key=value`, or a folder alone, or `-` for an archive of files on standard output.
 * Spec: Docker's documentation of buildx build, section "Set the export action for the build result".
 */
export const parseOutput = (text: string): Result<OutputWish> => {
  const fields = fieldsOf(text)
  if (!fields.ok) return fields
  const [first = ""] = fields.value
  if (fields.value.length === 1 && !first.startsWith("type=")) {
    if (first === "") return bad("it is empty")
    return first === "-"
      ? good({ type: "tar", dest: "-", split: "auto" })
      : good({ type: "local", dest: first, mode: "copy", split: "auto" })
  }
  const values = new Map<string, string>()
  for (const field of fields.value) {
    const [key, value] = keyAndValue(field)
    if (value === undefined) return bad(`"${field}" must be a key=value pair`)
    const name = key.trim().toLowerCase()
    // Names of annotations are case-sensitive.
    values.set(name.startsWith("annotation") ? key.trim() : name, value)
  }
  const given = values.get("type")
  if (given === undefined) return bad("type is required")
  values.delete("type")
  const type = given === "registry" ? "image" : given
  const known = knownKeys[type]
  if (known === undefined || !Object.hasOwn(knownKeys, type)) {
    return bad(`there is no output of type "${given}": image, registry, oci, docker, local, tar or cacheonly`)
  }
  const unknown = [...values.keys()].find((key) => !isKnown(key, type, known))
  if (unknown !== undefined) return bad(`an output of type ${given} has no key "${unknown}"`)
  return outputOf(type, given, new Keys(values))
}

const isImage = (type: string): boolean => type === "image" || type === "oci" || type === "docker"

const isKnown = (key: string, type: string, known: ReadonlyArray<string>): boolean =>
  known.includes(key) || (isImage(type) && (idle.has(key) || key === "oci-mediatypes" || key.startsWith("annotation")))

/** Reads values by key; remembers the first that cannot be read. */
class Keys {
  problem: string | undefined
  readonly values: ReadonlyMap<string, string>

  constructor(values: ReadonlyMap<string, string>) {
    this.values = values
  }

  text(key: string): string | undefined {
    return this.values.get(key)
  }

  flag(key: string, otherwise: boolean): boolean {
    const text = this.values.get(key)
    if (text === undefined) return otherwise
    const value = yesOrNo(text)
    if (value === undefined) this.fail(`${key}=${text} is neither true nor false`)
    return value ?? false
  }

  fail(why: string): void {
    this.problem ??= why
  }
}

const outputOf = (type: string, given: string, keys: Keys): Result<OutputWish> => {
  const wish = wishOf(type, given, keys)
  return keys.problem === undefined ? good(wish) : bad(keys.problem)
}

const wishOf = (type: string, given: string, keys: Keys): OutputWish => {
  const dest = keys.text("dest")
  const where = dest === undefined || dest === "" ? {} : { dest }
  switch (type) {
    case "image": {
      const push = keys.flag("push", given === "registry")
      const byDigest = keys.flag("push-by-digest", false)
      const store = keys.flag("store", true)
      if (byDigest && !push) keys.fail("push-by-digest needs push=true")
      if (!store && !push) keys.fail("with store=false and without push nothing would become of the image")
      return { type, push, byDigest, store, ...imageKeys(keys) }
    }
    case "oci":
    case "docker": {
      const tar = keys.flag("tar", true)
      if (!tar && (dest === undefined || dest === "" || dest === "-")) keys.fail("a folder (tar=false) needs dest")
      return { type, ...where, tar, ...imageKeys(keys) }
    }
    case "local": {
      const mode = keys.text("mode") ?? "copy"
      if (dest === undefined || dest === "" || dest === "-") keys.fail("dest is required: the folder to write to")
      if (mode !== "copy" && mode !== "delete") keys.fail(`mode=${mode} is neither copy nor delete`)
      return { type, dest: dest ?? "", mode: mode === "delete" ? mode : "copy", split: split(keys) }
    }
    case "tar":
      return { type, ...where, split: split(keys) }
    default:
      return { type: "cacheonly" }
  }
}

const split = (keys: Keys): "auto" | "always" | "never" =>
  keys.text("platform-split") === undefined ? "auto" : keys.flag("platform-split", true) ? "always" : "never"

const imageKeys = (keys: Keys) => {
  return {
    names: (keys.text("name") ?? "").split(",").filter((name) => name !== ""),
    compression: compressionOf(keys),
    annotations: [...keys.values].flatMap(([key, value]) => {
      if (!key.startsWith("annotation")) return []
      const read = annotationKey(key, value)
      if (read.ok) return [read.value]
      keys.fail(read.problem)
      return []
    })
  }
}

const compressionOf = (keys: Keys): CompressionWish => {
  const force = keys.flag("force-compression", false)
  const types = keys.text("oci-mediatypes") === undefined ? undefined : keys.flag("oci-mediatypes", true)
  const choice = parseCompression(keys.text("compression"), keys.text("compression-level"))
  if (!choice.ok) {
    keys.fail(choice.problem)
    return { force }
  }
  if (types === false && choice.value.kind === "zstd") keys.fail("Docker has no media type for zstd")
  return { ...choice.value, ...(types === undefined ? {} : { types: types ? "oci" : "docker" }), force }
}

/** `annotation.KEY`, `annotation-index.KEY`, `annotation-manifest[linux/amd64].KEY`, `annotation-manifest-descriptor.KEY`. */
const annotationKey = (name: string, value: string): Result<AnnotationWish> => {
  const match = /^annotation(?:-([a-z-]+))?(?:\[([^\]]*)\])?\.(.+)$/s.exec(name)
  if (match === null) return bad(`"${name}" is no annotation: annotation.KEY, annotation-index.KEY and so on`)
  return annotation(match[1] ?? "manifest", match[2], match[3] ?? "", value)
}

const annotation = (
  level: string,
  platform: string | undefined,
  key: string,
  value: string
): Result<AnnotationWish> => {
  if (level !== "manifest" && level !== "manifest-descriptor" && level !== "index") {
    return bad(`annotations go to manifest, manifest-descriptor or index, not to ${level}`)
  }
  return good({ level, ...(platform === undefined ? {} : { platform }), key, value })
}

/**
 * Reads one value of `--annotation`: `[LEVELS[PLATFORM]:]KEY=VALUE`, where levels are separated by commas, as in
 * `index,manifest[linux/amd64]:org.example.key=value`. Without a level the manifest is meant.
 */
export const parseAnnotation = (text: string): Result<ReadonlyArray<AnnotationWish>> => {
  const [name, value] = keyAndValue(text)
  if (value === undefined) return bad("an annotation is KEY=VALUE")
  const match = /^((?:index|manifest)[a-z-]*(?:\[[^\]]*\])?(?:,[a-z-]+(?:\[[^\]]*\])?)*):(.+)$/s.exec(name)
  const key = match?.[2] ?? name
  if (key === "") return bad("the name of an annotation is empty")
  const found: Array<AnnotationWish> = []
  for (const part of (match?.[1] ?? "manifest").split(",")) {
    const [, level = "", platform] = /^([a-z-]+)(?:\[([^\]]*)\])?$/.exec(part) ?? []
    const read = annotation(level, platform, key, value)
    if (!read.ok) return read
    found.push(read.value)
  }
  return good(found)
}
