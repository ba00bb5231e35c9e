import { isRecord } from "@gantry/core/is-record"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type Digest, hexOf, isDigest, ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { fullName, imageName, type IndexEntry, type LayoutIndex, readObject, refName } from "./layout-index.ts"
import { Malformed } from "./place-error.ts"
import * as Either from "effect/Either"

/** One image of the manifest.json of an archive that `docker save` wrote: names of files in the archive, base first. */
export interface SavedImage {
  readonly config: string
  readonly layers: ReadonlyArray<string>
  readonly names: ReadonlyArray<string>
}

const isTexts = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((each) => typeof each === "string")

/** Reads a manifest.json. Throws `Malformed`. */
export const readSaved = (bytes: Uint8Array): ReadonlyArray<SavedImage> => {
  // The list is wrapped so that one reader serves all foreign JSON.
  const text = Buffer.concat([Buffer.from('{"images":'), bytes, Buffer.from("}")])
  const { images } = readObject("manifest.json", text)
  if (!Array.isArray(images)) throw new Malformed("manifest.json is no list of images")
  return images.map((image: unknown) => {
    if (!isRecord(image)) throw new Malformed("manifest.json lists something that is no image")
    const { Config: config, Layers: layers, RepoTags: names } = image
    if (typeof config !== "string") throw new Malformed("manifest.json lists an image without a config")
    if (!isTexts(layers ?? [])) throw new Malformed("manifest.json lists an image whose layers are not names")
    if (!isTexts(names ?? [])) throw new Malformed("manifest.json lists an image whose RepoTags are not names")
    return { config, layers: (layers ?? []) as ReadonlyArray<string>, names: (names ?? []) as ReadonlyArray<string> }
  })
}

/** The diffIDs of a config, base first. Throws `Malformed`. */
export const diffIdsOf = (config: Uint8Array): ReadonlyArray<Digest> => {
  const { rootfs } = readObject("a config", config)
  const ids = isRecord(rootfs) ? rootfs["diff_ids"] : undefined
  if (ids === undefined || ids === null) return []
  if (!Array.isArray(ids) || !ids.every(isDigest))
    throw new Malformed("a config has diffIDs that are no sha256 digests")
  return ids
}

/** The manifest that an image without one would have: its config as it is, so that the image ID stays what it was. */
export const manifestFor = (config: Uint8Array, layers: ReadonlyArray<Descriptor>): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      config: { mediaType: MediaType.ociConfig, digest: ofBytes(config), size: config.length },
      layers
    })
  )

/** The lines of an index for an image and its names. */
export const entriesFor = (manifest: Uint8Array, names: ReadonlyArray<string>): ReadonlyArray<IndexEntry> => {
  const descriptor = { mediaType: MediaType.ociManifest, digest: ofBytes(manifest), size: manifest.length }
  if (names.length === 0) return [descriptor]
  return names.map((name) => {
    const read = ImageRef.parse(name)
    const full = Either.isRight(read) ? ImageRef.format(read.right) : name
    return { ...descriptor, annotations: { [refName]: name, [imageName]: full } }
  })
}

/**
 * The manifest.json that makes a layout readable for `docker load`: its paths are those of the blobs. Only images for
 * one platform have a place in it: `manifest` gives the bytes of such a one, also for an index.
 */
export const writeSaved = (
  { entries }: LayoutIndex,
  manifest: (digest: Digest) => Uint8Array | undefined
): Uint8Array => {
  const images = new Map<Digest, { Config: string; RepoTags: Array<string>; Layers: ReadonlyArray<string> }>()
  for (const entry of entries) {
    const name = fullName(entry)
    const known = images.get(entry.digest)
    const image = known ?? savedOf(manifest(entry.digest))
    if (image === undefined) continue
    images.set(entry.digest, image)
    if (name !== undefined) image.RepoTags.push(ImageRef.familiar(name))
  }
  return new TextEncoder().encode(JSON.stringify([...images.values()]))
}

/** The first image of an index; undefined for what is none. */
export const firstOf = (bytes: Uint8Array): Digest | undefined => {
  const { manifests } = readObject("a manifest", bytes)
  const first: unknown = Array.isArray(manifests) ? manifests[0] : undefined
  return isRecord(first) && isDigest(first["digest"]) ? first["digest"] : undefined
}

const savedOf = (bytes: Uint8Array | undefined) => {
  if (bytes === undefined) return undefined
  const { config, layers } = readObject("a manifest", bytes)
  if (!isRecord(config) || !Array.isArray(layers)) return undefined
  const path = (of: unknown): string => {
    const named = isRecord(of) ? of["digest"] : undefined
    if (!isDigest(named)) throw new Malformed("a manifest names something that is no sha256 digest")
    return `blobs/sha256/${hexOf(named)}`
  }
  return { Config: path(config), RepoTags: new Array<string>(), Layers: layers.map(path) }
}
