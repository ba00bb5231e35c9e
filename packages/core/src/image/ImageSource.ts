import { resolve } from "node:path"
import * as Either from "effect/Either"
import { isDigest } from "./Digest.ts"
import * as ImageRef from "./ImageRef.ts"

/**
 * Kinds of places on this machine that serve as a registry: an OCI layout folder, the same as one tar file, and the
 * archive that `docker save` writes.
 */
export const localKinds = ["oci", "oci-archive", "docker-archive"] as const

/** See {@link localKinds}. */
export type LocalKind = (typeof localKinds)[number]

/** A place on this machine. */
export interface LocalPlace {
  readonly kind: LocalKind
  /** Absolute. */
  readonly path: string
}

/**
 * Reads the name of an image that may also lie in a folder or an archive: `oci:PATH[:TAG]`, `oci-archive:PATH[:TAG]`,
 * `docker-archive:PATH[:TAG]`, or what `ImageRef.parse` reads, with or without `docker://`.
 *
 * A local place becomes a reference whose `registry` is `KIND:ABSOLUTE-PATH`. Its `repository` is empty unless the tag
 * is a whole name, as in `oci:dir:example.com/app:1`. Without a tag the only image of the place is meant. `@sha256:…` at
 * the end names a manifest by its digest.
 */
export const parse = (text: string, cwd: string): Either.Either<ImageRef.ImageRef, ImageRef.BadReference> => {
  const kind = localKinds.find((each) => text.startsWith(`${each}:`))
  if (kind === undefined) return ImageRef.parse(text.replace(/^docker:\/\//, ""))
  const at = text.lastIndexOf("@")
  const digest = at < 0 ? undefined : text.slice(at + 1)
  if (isDigest(digest)) {
    return Either.map(parse(text.slice(0, at), cwd), (ref) => ({ ...ref, digest }))
  }
  const rest = text.slice(kind.length + 1)
  const colon = rest.indexOf(":")
  const path = colon < 0 ? rest : rest.slice(0, colon)
  if (path === "") return Either.left({ text, why: `${kind}: is followed by a path` })
  const registry = `${kind}:${resolve(cwd, path)}`
  const name = colon < 0 ? "" : rest.slice(colon + 1)
  if (name === "") return Either.right({ registry, repository: "" })
  if (/^[\w][\w.-]{0,127}$/.test(name)) return Either.right({ registry, repository: "", tag: name })
  return Either.map(ImageRef.parse(name), (ref) => ({
    ...ref,
    registry,
    repository: `${ref.registry}/${ref.repository}`
  }))
}

/** The place on this machine that a reference names, or undefined for one of a registry. */
export const localPlace = ({ registry }: Pick<ImageRef.ImageRef, "registry">): LocalPlace | undefined => {
  const kind = localKinds.find((each) => registry.startsWith(`${each}:`))
  return kind === undefined ? undefined : { kind, path: registry.slice(kind.length + 1) }
}

/** How people write it: `oci:/srv/app:1`, or the familiar spelling of a name. */
export const shown = (ref: ImageRef.ImageRef): string => {
  if (localPlace(ref) === undefined) return ImageRef.familiar(ref)
  const name = `${ref.repository}${ref.repository !== "" && ref.tag !== undefined ? ":" : ""}${ref.tag ?? ""}`
  return `${ref.registry}${name === "" ? "" : `:${name}`}${ref.digest === undefined ? "" : `@${ref.digest}`}`
}

/** The reference of an image that `Registry.tags` lists of a place on this machine. */
export const inPlace = (registry: string, name: string): Either.Either<ImageRef.ImageRef, ImageRef.BadReference> =>
  // The path may hold a colon, which would end it here.
  Either.map(parse(name.startsWith("@") ? `oci:/${name}` : `oci:/:${name}`, "/"), (ref) => ({ ...ref, registry }))
