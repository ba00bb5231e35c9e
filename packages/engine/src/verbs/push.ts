import type * as ImageRef from "@gantry/core/image/ImageRef"
import { localPlace } from "@gantry/core/image/ImageSource"
import type { Digest } from "@gantry/core/image/Digest"
import { Registry } from "@gantry/core/registry/Registry"
import type { Settings } from "@gantry/core/Settings"
import { BlobStore } from "@gantry/core/store/BlobStore"
import type { BlobCorrupt, BlobMissing } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { type ImageRecord, Images } from "../images/Images.ts"
import { nameManifest, sendImage, type SendImageOptions } from "../push/send-image.ts"
import type { SendError, SendServices } from "../push/send-layer.ts"

/** How a push can fail. */
export type PushError = BlobCorrupt | BlobMissing | SendError

/** What a push works with. */
export type PushServices = BlobStore | Images | SendServices | Settings

/** A name to push, and the image that is meant. */
export interface Outgoing {
  readonly image: ImageRecord
  /** A tag of a registry, or a place on this machine. */
  readonly ref: ImageRef.ImageRef
}

/** A manifest that was named. */
export interface Pushed {
  readonly ref: ImageRef.ImageRef
  readonly digest: Digest
}

/**
 * Pushes images, one after the other, all to one repository or place: only what is missing there. A tag moves when all
 * of its image is there. An archive is written once, when all images are in it.
 *
 * A pulled image keeps its manifest, and so its digest, where the place has its layers as they came; elsewhere they are
 * compressed anew, as those of an image that was built here.
 */
export const push = (
  outgoing: readonly [Outgoing, ...ReadonlyArray<Outgoing>],
  options: SendImageOptions = {}
): Effect.Effect<ReadonlyArray<Pushed>, PushError, PushServices> =>
  Effect.gen(function* () {
    const [{ ref: first }] = outgoing
    const each = Effect.forEach(outgoing, ({ image, ref }) => pushOne(ref, image, options))
    return yield* (yield* Registry).together(first, each)
  })

const pushOne = (
  ref: ImageRef.ImageRef,
  image: ImageRecord,
  options: SendImageOptions
): Effect.Effect<Pushed, PushError, PushServices> =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const images = yield* Images
    const place = { registry: ref.registry, repository: ref.repository }
    options.onEvent?.({ type: "pushing", ref })
    const config = yield* blobs.readWhole(image.id)
    const bytes = yield* blobs.readWhole(image.manifest)
    const sent = yield* sendImage(
      place,
      { config, stack: image.stack, manifest: { mediaType: image.manifestType, bytes } },
      options
    )
    yield* nameManifest(ref, sent, options)
    if (localPlace(ref) === undefined) yield* images.learn(image.id, [{ ...place, digest: sent.digest }])
    return { ref, digest: sent.digest }
  })
