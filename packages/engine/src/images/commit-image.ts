import { ofBytes } from "@gantry/core/image/Digest"
import type { ImageConfig } from "@gantry/core/image/ImageConfig"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { type BlobCorrupt, LayerMissing, type StorageFailure } from "@gantry/core/store/StoreError"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Images, type NewImage } from "./Images.ts"
import { plainManifest } from "./plain-manifest.ts"

/**
 * Makes an image of a config and its layers, and moves the names to it. The layers are named by their uncompressed
 * archives, whose bytes the layer store can spell at any time; nothing is compressed before a push.
 */
export const commitImage = (
  config: ImageConfig,
  stack: Stack,
  names: ReadonlyArray<ImageRef>
): Effect.Effect<NewImage, BlobCorrupt | LayerMissing | StorageFailure, BlobStore | Images | LayerStore> =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const layers = yield* LayerStore
    const infos = yield* Effect.forEach(stack, (diffId) =>
      Effect.flatMap(
        layers.get(diffId),
        Option.match({
          onNone: () => Effect.fail(new LayerMissing({ diffId })),
          onSome: (info) => Effect.succeed(info)
        })
      )
    )
    const configBytes = new TextEncoder().encode(JSON.stringify(config))
    const id = ofBytes(configBytes)
    const manifestBytes = plainManifest({ digest: id, size: configBytes.length }, infos)
    const manifestDigest = ofBytes(manifestBytes)
    for (const [digest, bytes] of [
      [id, configBytes],
      [manifestDigest, manifestBytes]
    ] as const) {
      if (Option.isNone(yield* blobs.size(digest))) yield* blobs.write(digest, Stream.make(bytes))
    }
    const image = {
      id,
      manifest: manifestDigest,
      manifestSize: manifestBytes.length,
      manifestType: MediaType.ociManifest,
      stack,
      size: infos.reduce((sum, { size }) => sum + size, 0),
      createdAt: config.created === undefined ? 0 : Date.parse(config.created),
      labels: config.config.Labels ?? {}
    }
    yield* (yield* Images).put(image, names)
    return image
  })
