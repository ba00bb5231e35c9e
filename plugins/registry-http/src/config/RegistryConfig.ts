import { isRecord } from "@gantry/core/is-record"
import { readFile } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { RegistryConfigInvalid } from "@gantry/core/registry/RegistryError"
import * as Effect from "effect/Effect"

/** Another place that has the same images. */
export interface Mirror {
  /** Host and port. */
  readonly host: string
  /** Fixed when the location names it. */
  readonly scheme: "http" | "https" | undefined
  /** What takes the place of the prefix in the repository's name; may be empty. */
  readonly path: string
  readonly insecure: boolean | undefined
}

/** What the files say about the registries and repositories under a prefix. What is undefined was not said. */
export interface RegistrySettings {
  /** Host and port, and the beginning of a repository's name: whole parts. */
  readonly prefix: string
  /** Asked in this order before the registry itself, for what is pulled. */
  readonly mirrors: ReadonlyArray<Mirror> | undefined
  /** Certificates are not verified and plain HTTP is tried. */
  readonly insecure: boolean | undefined
  /** Absolute path of certificates to trust in addition. */
  readonly ca: string | undefined
  readonly blocked: boolean | undefined
  /** The file that says so. */
  readonly file: string
}

class Bad extends Error {
  readonly key: string
  constructor(key: string, why: string) {
    super(why)
    this.key = key
  }
}

const known = ["prefix", "mirrors", "insecure", "ca", "blocked"]

const flag = (value: unknown, key: string): boolean | undefined => {
  if (value !== undefined && typeof value !== "boolean") throw new Bad(key, "is not true or false")
  return value
}

const text = (value: unknown, key: string): string => {
  if (typeof value !== "string" || value === "") throw new Bad(key, "is not a text")
  return value
}

const mirror = (value: unknown, key: string): Mirror => {
  const spelled = isRecord(value) ? text(value["location"], `${key}.location`) : text(value, key)
  const insecure = isRecord(value) ? flag(value["insecure"], `${key}.insecure`) : undefined
  const [, scheme, host = "", path = ""] =
    /^(?:(https?):\/\/)?((?:\[[^\]\s]+\]|[^/\s@?#:[\]]+)(?::\d+)?)((?:\/[^\s?#]*)?)$/.exec(spelled) ?? []
  if (host === "" || !URL.canParse(`http://${host}`)) throw new Bad(key, `"${spelled}" is not HOST[:PORT][/PATH]`)
  return {
    host,
    scheme: scheme === "http" || scheme === "https" ? scheme : undefined,
    path: path.replaceAll(/^\/+|\/+$/g, ""),
    insecure
  }
}

const entry = (value: unknown, key: string, file: string): RegistrySettings => {
  if (!isRecord(value)) throw new Bad(key, "is not an object")
  const strange = Object.keys(value).find((name) => !known.includes(name))
  if (strange !== undefined) throw new Bad(`${key}.${strange}`, `is not known; known are ${known.join(", ")}`)
  const mirrors = value["mirrors"]
  if (mirrors !== undefined && !Array.isArray(mirrors)) throw new Bad(`${key}.mirrors`, "is not a list")
  return {
    prefix: text(value["prefix"], `${key}.prefix`).replace(/\/+$/, ""),
    mirrors: mirrors?.map((each: unknown, index) => mirror(each, `${key}.mirrors[${index}]`)),
    insecure: flag(value["insecure"], `${key}.insecure`),
    ca: value["ca"] === undefined ? undefined : resolve(dirname(file), text(value["ca"], `${key}.ca`)),
    blocked: flag(value["blocked"], `${key}.blocked`),
    file
  }
}

/** Reads the text of one file. Throws what {@link readSettings} makes an error of. */
const parse = (content: string, file: string): ReadonlyArray<RegistrySettings> => {
  let json: unknown
  try {
    json = JSON.parse(content)
  } catch (cause) {
    throw new Bad("", `is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (!isRecord(json)) throw new Bad("", "is not a JSON object")
  const registries = json["registries"]
  if (registries === undefined) return []
  if (!Array.isArray(registries)) throw new Bad("registries", "is not a list")
  return registries.map((each: unknown, index) => entry(each, `registries[${index}]`, file))
}

/** Reads the key `registries` of all files, the weakest first. Files that are not there are skipped. */
export const readSettings = (
  files: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<RegistrySettings>, RegistryConfigInvalid> =>
  Effect.map(
    Effect.forEach(files, (file) =>
      Effect.tryPromise({
        try: async () => {
          const content = await readFile(file, "utf8").catch((cause: unknown) => {
            if (cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR")) {
              return undefined
            }
            throw cause
          })
          return content === undefined ? [] : parse(content, file)
        },
        catch: (cause) =>
          new RegistryConfigInvalid({
            file,
            key: cause instanceof Bad ? cause.key : "",
            why: cause instanceof Error ? cause.message : String(cause)
          })
      })
    ),
    (all) => all.flat()
  )

const covers = (prefix: string, name: string): boolean => name === prefix || name.startsWith(`${prefix}/`)

/**
 * What holds for a repository: each key as the longest prefix says that says it; between two of one length the one
 * read later.
 */
export const settingsFor = (
  settings: ReadonlyArray<RegistrySettings>,
  { registry, repository }: Pick<ImageRef, "registry" | "repository">
): RegistrySettings | undefined => {
  const name = repository === "" ? registry : `${registry}/${repository}`
  const matching = settings
    .filter(({ prefix }) => covers(prefix, name))
    // The sort is stable: of two equals the later stays later.
    .toSorted((a, b) => a.prefix.length - b.prefix.length)
    .toReversed()
  const [first] = matching
  if (first === undefined) return undefined
  const said = <Key extends keyof RegistrySettings>(key: Key) => matching.find((each) => each[key] !== undefined)
  return {
    prefix: said("mirrors")?.prefix ?? first.prefix,
    mirrors: said("mirrors")?.mirrors,
    insecure: said("insecure")?.insecure,
    ca: said("ca")?.ca,
    blocked: said("blocked")?.blocked,
    file: said("blocked")?.file ?? first.file
  }
}

/** The name of a repository on a mirror: the mirror's path takes the place of the prefix. */
export const mirrored = ({ path }: Mirror, prefix: string, ref: Pick<ImageRef, "registry" | "repository">): string =>
  [path, `${ref.registry}/${ref.repository}`.slice(prefix.length + 1)].filter((part) => part !== "").join("/")
