import * as ImageRef from "@gantry/core/image/ImageRef"
import { localPlace } from "@gantry/core/image/ImageSource"
import * as Either from "effect/Either"

const tagShape = /^[\w][\w.-]{0,127}$/

/** A complete name as `Registry.tags` lists it; undefined for a tag alone and for an image without a name. */
const wholeName = (listed: string): ImageRef.ImageRef | undefined =>
  tagShape.test(listed) || listed.startsWith("@") ? undefined : Either.getOrUndefined(ImageRef.parse(listed))

/** A repository that says where an image came from: `localhost/app` for `/srv/App v2.tar.gz` and for `/srv/app`. */
const repositoryOf = (path: string): string => {
  const base = path.split("/").findLast((part) => part !== "") ?? ""
  const plain = base.toLowerCase().replace(/\.(?:oci|docker)?\.?(?:tar|tgz|tzst)?(?:\.(?:gz|zst))?$/, "")
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "image"
}

/**
 * The names that an image gets when it comes out of a folder or an archive: the complete names it has there; else
 * `localhost/`, the name of the place and the tag it has there, `latest` when it has none.
 *
 * `listed`: what `Registry.tags` says of the place. None for an image that was asked for by digest.
 */
export const localNames = (ref: ImageRef.ImageRef, listed: ReadonlyArray<string>): ReadonlyArray<ImageRef.ImageRef> => {
  const place = localPlace(ref)
  if (place === undefined || ref.digest !== undefined) return []
  const { repository, tag } = ref
  if (repository !== "") {
    const named = ImageRef.parse(tag === undefined ? repository : `${repository}:${tag}`)
    return Either.isRight(named) ? [named.right] : []
  }
  const here = (as: string): ImageRef.ImageRef => ({
    registry: "localhost",
    repository: repositoryOf(place.path),
    tag: as
  })
  const whole = listed.flatMap((name) => wholeName(name) ?? [])
  if (tag === undefined) {
    if (whole.length > 0) return whole
    const tags = listed.filter((name) => tagShape.test(name))
    return (tags.length > 0 ? tags : ["latest"]).map(here)
  }
  if (listed.includes(tag)) return [here(tag)]
  const short = Either.getOrUndefined(ImageRef.parse(tag))
  const meant =
    whole.find((name) => short !== undefined && ImageRef.format(name) === ImageRef.format(short)) ??
    whole.find((name) => name.tag === tag)
  return [meant ?? here(tag)]
}
