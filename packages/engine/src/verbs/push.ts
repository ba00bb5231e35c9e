import * as ImageRef from "@gantry/core/image/ImageRef"
import { localPlace } from "@gantry/core/image/ImageSource"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import * as MediaType from "@gantry/core/image/MediaType"
import { Registry } from "@gantry/core/registry/Registry"
import type { Settings } from "@gantry/core/Settings"
import { BlobStore } from "@gantry/core/store/BlobStore"
import type { BlobCorrupt, BlobMissing } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { AmbiguousId, BadImageName, NoSuchImage } from "../EngineError.ts"
import { imageEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { Images } from "../images/Images.ts"
import { readOwnIndex } from "../images/index-entries.ts"
import type { ImageRecord } from "../images/ImageRecord.ts"
import {
  descriptorOf,
  nameManifest,
  sendImage,
  type SendImageOptions,
  type SendServices,
  type SentManifest
} from "../push/send-image.ts"
import type { SendError, SendPlace } from "../push/send-layer.ts"

/** How a push can fail. */
export type PushError = AmbiguousId | BadImageName | BlobCorrupt | BlobMissing | NoSuchImage | SendError

/** What a push works with. */
export type PushServices = BlobStore | Images | SendServices | Settings

/** A name to push, and what is meant. */
export interface Outgoing {
  readonly image: ImageRecord
  /** The index of several platforms that is pushed in its place, with all images that it names. */
  readonly index?: Digest | undefined
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
    const each = Effect.forEach(outgoing, (one) => pushOne(one, options))
    return yield* (yield* Registry).together(first, each)
  })

const pushOne = (
  { image, index, ref }: Outgoing,
  options: SendImageOptions
): Effect.Effect<Pushed, PushError, PushServices> =>
  Effect.gen(function* () {
    const images = yield* Images
    const place = ImageRef.placeOf(ref)
    options.onEvent?.({ type: "pushing", ref })
    const { records, sent } = yield* index === undefined
      ? Effect.map(sendRecord(place, image, options), (one) => ({ records: [image], sent: one }))
      : sendIndex(place, index, options)
    yield* nameManifest(ref, sent, options)
    const { digest } = sent
    if (localPlace(ref) === undefined) {
      yield* tell(imageEvent("push", ImageRef.familiar(ref), ImageRef.familiarName(ref), image.labels))
      // The one that the name alone means comes last, and is the one that the digest alone means.
      const inTurn = [...records.filter(({ id }) => id !== image.id), image]
      yield* Effect.forEach(inTurn, ({ id }) => images.learn(id, [{ ...place, digest }]), { discard: true })
    }
    return { ref, digest }
  })

/** Sends all of a local image but its name; see `sendImage`. */
const sendRecord = (
  place: SendPlace,
  image: ImageRecord,
  options: SendImageOptions
): Effect.Effect<SentManifest, PushError, PushServices> =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const config = yield* blobs.readWhole(image.id)
    const bytes = yield* blobs.readWhole(image.manifest)
    const manifest = { mediaType: image.manifestType, bytes }
    return yield* sendImage(place, { config, stack: image.stack, manifest }, options)
  })

/** Sends a local image that has no name there but its digest, and tells what an index is to say of its manifest. */
export const sendUnnamed = (
  place: SendPlace,
  image: ImageRecord,
  options: SendImageOptions
): Effect.Effect<Descriptor, PushError, PushServices> =>
  Effect.gen(function* () {
    const sent = yield* sendRecord(place, image, options)
    yield* nameManifest({ ...place, digest: sent.digest }, sent)
    return descriptorOf(sent)
  })

/** Sends all images of an index, and makes the same index of their manifests as the place has them. */
const sendIndex = (
  place: SendPlace,
  index: Digest,
  options: SendImageOptions
): Effect.Effect<
  { readonly records: ReadonlyArray<ImageRecord>; readonly sent: SentManifest },
  PushError,
  PushServices
> =>
  Effect.gen(function* () {
    const images = yield* Images
    const { document, entries } = yield* readOwnIndex(index)
    const each = yield* Effect.forEach(entries, ({ entry, id }) =>
      Effect.gen(function* () {
        const image = yield* images.find(id)
        return { image, entry: { ...entry, ...(yield* sendUnnamed(place, image, options)) } }
      })
    )
    const bytes = new TextEncoder().encode(JSON.stringify({ ...document, manifests: each.map(({ entry }) => entry) }))
    const sent = { manifest: { mediaType: MediaType.ociIndex, bytes }, digest: ofBytes(bytes) }
    return { records: each.map(({ image }) => image), sent }
  })
