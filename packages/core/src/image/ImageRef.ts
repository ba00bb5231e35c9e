import * as Either from "effect/Either"
import { type Digest, isDigest } from "./Digest.ts"

/**
 * The name of an image, complete: every part a short form leaves out is filled in.
 *
 * Grammar: distribution reference, `[host[:port]/]path[:tag][@digest]`.
 */
export interface ImageRef {
  /** Host and port of the registry. */
  readonly registry: string
  /** Path inside the registry, without host and tag. */
  readonly repository: string
  /** Absent only when there is a digest. */
  readonly tag?: string
  /** Wins over the tag. */
  readonly digest?: Digest
}

/** Why a text is no image name. */
export interface BadReference {
  readonly text: string
  readonly why: string
}

const defaultRegistry = "docker.io"
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const tagShape = /^[\w][\w.-]{0,127}$/
const hostShape =
  /^(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/

/**
 * Reads an image name as Docker does: the part before the first slash is a host only if it holds a dot or a colon
 * or is `localhost`; without a host the default registry is meant, and there a single word lives under `library/`;
 * without tag and digest the tag is `latest`.
 *
 * @example
 * ```ts
 * import * as ImageRef from "@gantry/core/image/ImageRef"
 * import * as Either from "effect/Either"
 *
 * const ref = Either.getOrThrow(ImageRef.parse("alpine"))
 * ref.repository // "library/alpine"
 * ```
 */
export const parse = (text: string): Either.Either<ImageRef, BadReference> => {
  const bad = (why: string) => Either.left({ text, why })
  if (text === "") return bad("the name is empty")
  if (/^[0-9a-f]{64}$/.test(text)) return bad("64 hex characters are an image ID, not a name")
  const at = text.indexOf("@")
  const digest = at < 0 ? undefined : text.slice(at + 1)
  if (digest !== undefined && !isDigest(digest)) return bad(`"${digest}" is not a sha256 digest`)
  const named = at < 0 ? text : text.slice(0, at)
  const colon = named.lastIndexOf(":")
  const tagged = colon > named.lastIndexOf("/")
  const tag = tagged ? named.slice(colon + 1) : undefined
  if (tag !== undefined && !tagShape.test(tag)) return bad(`"${tag}" is not a tag`)
  const path = tagged ? named.slice(0, colon) : named
  const slash = path.indexOf("/")
  const first = slash < 0 ? "" : path.slice(0, slash)
  const hosted = slash > 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase())
  const host = hosted ? first : defaultRegistry
  if (hosted && !hostShape.test(host)) return bad(`"${host}" is not a host name`)
  const registry = host === "index.docker.io" ? defaultRegistry : host
  const rest = hosted ? path.slice(slash + 1) : path
  if (rest === "") return bad("there is no repository name")
  if (rest !== rest.toLowerCase()) return bad("repository name must be lowercase")
  if (!rest.split("/").every((part) => component.test(part))) return bad(`"${rest}" is not a repository name`)
  if (rest.length > 255) return bad("the repository name is longer than 255 characters")
  const repository = registry === defaultRegistry && !rest.includes("/") ? `library/${rest}` : rest
  const finalTag = tag ?? (digest === undefined ? "latest" : undefined)
  return Either.right({
    registry,
    repository,
    ...(finalTag === undefined ? {} : { tag: finalTag }),
    ...(digest === undefined ? {} : { digest })
  })
}

/** The complete spelling, host included. Reading it again gives the same reference (REF-1). */
export const format = (ref: ImageRef): string => `${ref.registry}/${ref.repository}${suffix(ref)}`

/** The spelling people type: default registry and `library/` left out. */
export const familiar = (ref: ImageRef): string => `${familiarName(ref)}${suffix(ref)}`

/** The spelling people type of a complete one; a text that is no reference stays what it is. */
export const familiarOf = (text: string): string => Either.match(parse(text), { onLeft: () => text, onRight: familiar })

/** The familiar spelling without tag and digest: the REPOSITORY column. The shortest one that still means the same (REF-2). */
export const familiarName = (ref: Pick<ImageRef, "registry" | "repository">): string => {
  const full = `${ref.registry}/${ref.repository}`
  if (ref.registry !== defaultRegistry) return full
  const means = (name: string): boolean => {
    const read = parse(name)
    return Either.isRight(read) && read.right.registry === ref.registry && read.right.repository === ref.repository
  }
  return [ref.repository.replace(/^library\//, ""), ref.repository].find(means) ?? full
}

/** Where an image is: its name without tag and digest. */
export const placeOf = ({ registry, repository }: Pick<ImageRef, "registry" | "repository">): ImageRef => ({
  registry,
  repository
})

const suffix = (ref: ImageRef): string =>
  (ref.tag === undefined ? "" : `:${ref.tag}`) + (ref.digest === undefined ? "" : `@${ref.digest}`)
