import { bad, good, type Result } from "../Result.ts"
import { type CompressionChoice, parseCompression } from "./compression.ts"
import { fieldsOf, keyAndValue } from "./csv.ts"
import { yesOrNo } from "./words.ts"

/** One value of `--cache-from` or `--cache-to`, read and checked, with places as they were written. */
export interface CacheWish {
  readonly place:
    | { readonly type: "registry"; readonly ref: string }
    | { readonly type: "local"; readonly path: string; readonly tag: string }
  readonly mode: "min" | "max"
  /** Gantry's own: whether cache mounts travel along. */
  readonly mounts: boolean
  readonly ignoreError: boolean
  readonly compression: CompressionChoice
  readonly force: boolean
}

const kinds = new Set(["registry", "local"])
/** Places that other builders know. */
const elsewhere = new Set(["inline", "gha", "s3", "azblob"])
/** Choices that have one answer here. */
const idle = new Set([
  "oci-mediatypes",
  "image-manifest",
  "force-compression",
  "compression",
  "compression-level",
  "mode",
  "mounts",
  "ignore-error"
])

/**
 * Reads one value: `type=registry,ref=NAME`, `type=local,src=FOLDER` (or `dest`), or the name of a repository alone.
 * Spec: Docker's documentation of cache backends.
 */
export const parseCache =
  (direction: "from" | "to") =>
  (text: string): Result<CacheWish> => {
    const fields = fieldsOf(text)
    if (!fields.ok) return fields
    const [first = ""] = fields.value
    const plain = { mode: "min", mounts: false, ignoreError: false, force: false, compression: {} } as const
    if (fields.value.length === 1 && !first.includes("=")) {
      return first === "" ? bad("it is empty") : good({ place: { type: "registry", ref: first }, ...plain })
    }
    const values = new Map<string, string>()
    for (const field of fields.value) {
      const [key, value] = keyAndValue(field)
      if (value === undefined) return bad(`"${field}" must be a key=value pair`)
      values.set(key.trim().toLowerCase(), value)
    }
    const type = values.get("type") ?? "registry"
    if (elsewhere.has(type)) return bad(`a cache of type ${type} is not supported: registry or local`)
    if (!kinds.has(type)) return bad(`there is no cache of type "${type}": registry or local`)
    const folder = direction === "from" ? "src" : "dest"
    const known = type === "registry" ? ["ref"] : [folder, "tag"]
    const unknown = [...values.keys()].find((key) => key !== "type" && !known.includes(key) && !idle.has(key))
    if (unknown !== undefined) return bad(`a cache of type ${type} has no key "${unknown}"`)
    const where = values.get(type === "registry" ? "ref" : folder)
    if (where === undefined || where === "") return bad(`${type === "registry" ? "ref" : folder} is required`)
    const mode = values.get("mode") ?? "min"
    if (mode !== "min" && mode !== "max") return bad(`mode=${mode} is neither min nor max`)
    const ignoreError = yesOrNo(values.get("ignore-error") ?? "false")
    const force = yesOrNo(values.get("force-compression") ?? "false")
    const mounts = yesOrNo(values.get("mounts") ?? "false")
    if (ignoreError === undefined || force === undefined || mounts === undefined)
      return bad("ignore-error, mounts and force-compression are true or false")
    const compression = parseCompression(values.get("compression"), values.get("compression-level"))
    if (!compression.ok) return compression
    return good({
      place:
        type === "registry" ? { type, ref: where } : { type: "local", path: where, tag: values.get("tag") ?? "latest" },
      mode,
      mounts,
      ignoreError,
      force,
      compression: compression.value
    })
  }
