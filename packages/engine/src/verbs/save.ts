import type { ImageRef } from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { Registry } from "@gantry/core/registry/Registry"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { type BlobCorrupt, type BlobMissing, LayerMissing, type StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { NamedImage } from "../images/images-to-save.ts"
import { plainManifest } from "../images/plain-manifest.ts"

/** How saving can fail. */
export type SaveError = BlobCorrupt | BlobMissing | LayerMissing | RegistryError | StorageFailure

/** What saving works with. */
export type SaveServices = BlobStore | LayerStore | Registry

/**
 * Writes images with uncompressed layers into a place on this machine, layers that they share once. An archive is
 * replaced, in one step when all of it is written; a folder keeps what it held.
 *
 * `place` as references to places on this machine call it: `docker-archive:/srv/app.tar`.
 */
export const savePlain = (
  place: string,
  images: ReadonlyArray<NamedImage>
): Effect.Effect<void, SaveError, SaveServices> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    yield* registry.together(
      { registry: place },
      Effect.forEach(images, (image) => saveOne(place, image), { discard: true }),
      { replace: true }
    )
  })

const saveOne = (place: string, { image, names }: NamedImage): Effect.Effect<void, SaveError, SaveServices> =>
  Effect.gen(function* () {
    const registry = yield* Registry
    const layers = yield* LayerStore
    const config = yield* (yield* BlobStore).readWhole(image.id)
    const unnamed: ImageRef = { registry: place, repository: "" }
    const infos = yield* Effect.forEach(image.stack, (diffId) =>
      Effect.flatMap(
        layers.get(diffId),
        Option.match({
          onNone: () => Effect.fail(new LayerMissing({ diffId })),
          onSome: (info) => Effect.succeed(info)
        })
      )
    )
    for (const { diffId, size } of infos) {
      if (yield* registry.hasBlob(unnamed, diffId)) continue
      yield* registry.push(unnamed, { mediaType: MediaType.ociLayer, digest: diffId, size }, layers.pack(diffId))
    }
    const descriptor = { mediaType: MediaType.ociConfig, digest: image.id, size: config.length }
    yield* registry.push(unnamed, descriptor, Stream.make(config))
    const manifest = { mediaType: MediaType.ociManifest, bytes: plainManifest(descriptor, infos) }
    const refs = names.map(({ registry: host, repository, tag }) => ({
      registry: place,
      repository: `${host}/${repository}`,
      ...(tag === undefined ? {} : { tag })
    }))
    for (const ref of refs.length === 0 ? [unnamed] : refs) yield* registry.tag(ref, manifest)
  })
