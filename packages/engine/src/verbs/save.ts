import type { ImageRef } from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import type { Platform } from "@gantry/core/image/Platform"
import { type ManifestBytes, Registry } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { BlobCorrupt, BlobMissing, LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ImageBroken } from "../EngineError.ts"
import { decodeConfig } from "../images/image-json.ts"
import { layersOfStack } from "../images/layers-of-stack.ts"
import { indexOf } from "../outputs/image-index.ts"
import type { NamedImage } from "../images/images-to-save.ts"
import { plainManifest } from "../images/plain-manifest.ts"

/** How saving can fail. */
export type SaveError = BlobCorrupt | BlobMissing | ImageBroken | LayerMissing | RegistryError | StorageFailure

/** What saving works with. */
export type SaveServices = BlobStore | LayerStore | Registry

/**
 * Writes images with uncompressed layers into a place on this machine, layers that they share once. An archive is
 * replaced, in one step when all of it is written; a folder keeps what it held. A name for several platforms leads to an index.
 *
 * `place` as references to places on this machine call it: `docker-archive:/srv/app.tar`. Layers of `without` are named and
 * not written: whoever loads the images has them.
 */
export const savePlain = (
  place: string,
  images: ReadonlyArray<NamedImage>,
  without: ReadonlySet<Digest> = new Set()
): Effect.Effect<void, SaveError, SaveServices> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const all = Effect.gen(function* () {
      const saved = yield* Effect.forEach(images, (image) => saveOne(place, image, without))
      for (const { manifest, names } of saved) {
        if (names.length === 0) yield* registry.tag({ registry: place, repository: "" }, manifest)
      }
      for (const [name, members] of membersOf(saved)) {
        const [first, ...others] = members
        if (others.length === 0) yield* registry.tag(name, first.manifest)
        else yield* tagIndex(name, members)
      }
    })
    yield* registry.together({ registry: place }, all, { replace: true })
  })

/** An image whose blobs are in the place. */
interface Saved {
  readonly manifest: ManifestBytes
  readonly platform: Platform
  /** In the place. */
  readonly names: ReadonlyArray<ImageRef>
  /** Names that mean another platform's image when they stand alone. */
  readonly lesser: ReadonlySet<string>
}

/** Names in the place with all that they lead to, what each alone means first. */
const membersOf = (
  saved: ReadonlyArray<Saved>
): ReadonlyArray<readonly [ImageRef, readonly [Saved, ...Array<Saved>]]> => {
  const found = new Map<string, [ImageRef, [Saved, ...Array<Saved>]]>()
  for (const each of saved) {
    for (const name of each.names) {
      const text = `${name.repository}:${name.tag}`
      const known = found.get(text)
      if (known === undefined) found.set(text, [name, [each]])
      else if (each.lesser.has(text)) known[1].push(each)
      else known[1].unshift(each)
    }
  }
  return [...found.values()]
}

const tagIndex = (name: ImageRef, members: ReadonlyArray<Saved>): Effect.Effect<void, RegistryError, Registry> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const entries = yield* Effect.forEach(members, ({ manifest, platform }) => {
      const { bytes, mediaType } = manifest
      const entry = { mediaType, digest: ofBytes(bytes), size: bytes.length, platform }
      return Effect.as(registry.tag({ registry: name.registry, repository: "", digest: entry.digest }, manifest), entry)
    })
    yield* registry.tag(name, indexOf(entries, []))
  })

/** Writes the blobs of an image; its manifest is to be tagged. */
const saveOne = (
  place: string,
  { image, names }: NamedImage,
  without: ReadonlySet<Digest>
): Effect.Effect<Saved, SaveError, SaveServices> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const layers = yield* LayerStore
    const config = yield* (yield* BlobStore).readWhole(image.id)
    const unnamed: ImageRef = { registry: place, repository: "" }
    const infos = yield* layersOfStack(image.stack)
    for (const { diffId, size } of infos) {
      if (without.has(diffId) || (yield* registry.hasBlob(unnamed, diffId))) continue
      yield* registry.push(unnamed, { mediaType: MediaType.ociLayer, digest: diffId, size }, layers.pack(diffId))
    }
    const descriptor = { mediaType: MediaType.ociConfig, digest: image.id, size: config.length }
    yield* registry.push(unnamed, descriptor, Stream.make(config))
    const manifest = { mediaType: MediaType.ociManifest, bytes: plainManifest(descriptor, infos) }
    const platform = yield* Effect.map(decodeConfig(config), ({ architecture, os, variant }) => ({
      os,
      architecture,
      ...(variant === undefined ? {} : { variant })
    })).pipe(Effect.mapError((why) => new ImageBroken({ reference: image.id, why: `its config is malformed: ${why}` })))
    return {
      manifest,
      platform,
      names: names.map(({ registry: host, repository, tag }) => ({
        registry: place,
        repository: `${host}/${repository}`,
        ...(tag === undefined ? {} : { tag })
      })),
      lesser: new Set(image.lesserNames)
    }
  })
