import { ofBytes } from "@gantry/core/image/Digest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import type { Manifest } from "@gantry/core/image/Manifest"
import * as MediaType from "@gantry/core/image/MediaType"
import { BlobStore } from "@gantry/core/store/BlobStore"
import type { BlobCorrupt, LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import type { LayerStore, Stack } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Images } from "./Images.ts"
import type { NewImage } from "./ImageRecord.ts"
import { layersOfStack } from "./layers-of-stack.ts"
import { plainManifest } from "./plain-manifest.ts"

/** An image as bytes that are not stored yet. */
export interface ImageDocuments {
  readonly image: NewImage
  readonly config: Uint8Array
  readonly manifest: Uint8Array
}

/**
 * The documents of an image: its config, and a manifest that names its layers by their uncompressed archives, whose bytes
 * the layer store can spell at any time.
 */
export const imageDocuments = (
  config: ImageConfig,
  stack: Stack,
  annotations?: Manifest["annotations"]
): Effect.Effect<ImageDocuments, LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const infos = yield* layersOfStack(stack)
    const { history, ...rest } = config
    const configBytes = new TextEncoder().encode(JSON.stringify(history.length === 0 ? rest : config))
    const id = ofBytes(configBytes)
    const manifest = plainManifest({ digest: id, size: configBytes.length }, infos, annotations)
    return {
      image: {
        id,
        manifest: ofBytes(manifest),
        manifestSize: manifest.length,
        manifestType: MediaType.ociManifest,
        stack,
        size: infos.reduce((sum, { size }) => sum + size, 0),
        createdAt: config.created === undefined ? 0 : Date.parse(config.created),
        labels: config.config.Labels ?? {}
      },
      config: configBytes,
      manifest
    }
  })

/** Stores documents that are not stored yet. */
export const keepDocuments = (
  documents: ReadonlyArray<Uint8Array>
): Effect.Effect<void, BlobCorrupt | StorageFailure, BlobStore> =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    for (const bytes of documents) {
      const digest = ofBytes(bytes)
      if (Option.isNone(yield* blobs.size(digest))) yield* blobs.write(digest, Stream.make(bytes))
    }
  })

/**
 * Makes an image of a config and its layers, and moves the names to it. Nothing is compressed before it leaves the store.
 */
export const commitImage = (
  config: ImageConfig,
  stack: Stack,
  names: ReadonlyArray<ImageRef>,
  annotations?: Manifest["annotations"]
): Effect.Effect<NewImage, BlobCorrupt | LayerMissing | StorageFailure, BlobStore | Images | LayerStore> =>
  Effect.gen(function* () {
    const { config: bytes, image, manifest } = yield* imageDocuments(config, stack, annotations)
    yield* keepDocuments([bytes, manifest])
    yield* (yield* Images).put(image, names)
    return image
  })
