import { arch } from "node:os"
import type { Descriptor } from "@gantry/core/image/Descriptor"
import { ofBytes } from "@gantry/core/image/Digest"
import type { ImageRef } from "@gantry/core/image/ImageRef"
import { ofMachine } from "@gantry/core/image/Platform"
import type { Settings } from "@gantry/core/Settings"
import type { BlobStore } from "@gantry/core/store/BlobStore"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { BlobCorrupt, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { suits } from "../images/choose-platform.ts"
import { imageDocuments, keepDocuments } from "../images/commit-image.ts"
import { Images } from "../images/Images.ts"
import type { NewImage } from "../images/ImageRecord.ts"
import type { OnPushEvent } from "../push/PushEvent.ts"
import { descriptorOf, nameManifest, type SendServices } from "../push/send-image.ts"
import type { SendError } from "../push/send-layer.ts"
import { type Annotation, annotationsFor } from "./annotations.ts"
import { exportFolder } from "./export-folder.ts"
import { archiveOf, exportedEntries, type ExportError } from "./export-tree.ts"
import { indexOf } from "./image-index.ts"
import type { Output } from "./Output.ts"
import type { Prepared, Produced } from "./Produced.ts"
import { sendBuilt, writeImage } from "./write-image.ts"

/** What is to be done with what was built. */
export interface Delivery {
  /** One a platform, in the order in which they were asked for; at least one. */
  readonly produced: ReadonlyArray<Produced>
  readonly names: ReadonlyArray<ImageRef>
  readonly outputs: ReadonlyArray<Output>
  /** Seconds since 1970: see `ExportOptions`. */
  readonly epoch?: number
  /** Listens to what is pushed. */
  readonly onPush?: OnPushEvent
}

/** What was given. */
export interface Delivered {
  /** The image for each platform, whether or not it is on record. */
  readonly images: ReadonlyArray<NewImage>
  /** The manifest or the index that the first output that is an image has; none when no output is. */
  readonly descriptor?: Descriptor
  /** All names that the image has got, in the store or elsewhere. */
  readonly names: ReadonlyArray<ImageRef>
  /** The image is on record in the store. */
  readonly stored: boolean
}

/** How giving can fail. */
export type DeliverError = BlobCorrupt | ExportError | SendError

/** What giving works with. */
export type DeliverServices = BlobStore | Images | SendServices | Settings

/**
 * Gives what was built: archives and folders first, then the image in the store, whose names move in one step; when
 * something before fails they stay where they were. It is pushed last, so that a push that failed can be tried again
 * without a build.
 */
export const deliver = (delivery: Delivery): Effect.Effect<Delivered, DeliverError, DeliverServices> =>
  Effect.gen(function* () {
    const { names, outputs, produced } = delivery
    const kept = outputs.flatMap((output) => (output.type === "image" ? [output] : []))
    const annotations = kept.flatMap((output) => output.annotations)
    const prepared = yield* Effect.forEach(produced, (each) =>
      Effect.map(
        imageDocuments(each.config, each.stack, annotationsFor(annotations, "manifest", each.platform)),
        (documents): Prepared => ({ ...each, documents })
      )
    )
    const descriptors: Array<Descriptor> = []
    for (const output of outputs) {
      if (output.type === "archive") {
        descriptors.push(yield* writeImage(prepared, { ...output, names: distinct([...names, ...output.names]) }))
      } else if (output.type !== "image") yield* exportFiles(delivery, output)
    }
    const allNames = distinct([...names, ...outputs.flatMap((output) => ("names" in output ? output.names : []))])
    const stored = kept.some(({ store }) => store)
    if (stored) {
      const own = distinct([...names, ...kept.flatMap((output) => output.names)])
      descriptors.unshift(yield* keepImage(prepared, own, annotations))
    }
    for (const output of kept) {
      // What a registry calls it is what others will ask for.
      if (output.push) descriptors.unshift(...(yield* pushBuilt(delivery, output, prepared)))
    }
    const [descriptor] = descriptors
    return {
      images: prepared.map(({ documents }) => documents.image),
      ...(descriptor === undefined ? {} : { descriptor }),
      names: allNames,
      stored
    }
  })

/** Pushes to the repositories of all names, each name when all of its repository is there. Returns what it is called there. */
const pushBuilt = (
  { names, onPush }: Delivery,
  output: Extract<Output, { readonly type: "image" }>,
  prepared: ReadonlyArray<Prepared>
): Effect.Effect<ReadonlyArray<Descriptor>, SendError | StorageFailure, Images | SendServices | Settings> =>
  Effect.gen(function* () {
    const images = yield* Images
    const refs = distinct([...names, ...output.names])
    const listen = onPush === undefined ? {} : { onEvent: onPush }
    const repositories = Map.groupBy(refs, ({ registry, repository }) => `${registry}/${repository}`)
    return yield* Effect.forEach([...repositories.values()], (each) =>
      Effect.gen(function* () {
        const [{ registry, repository } = { registry: "", repository: "" }] = each
        const place = { registry, repository }
        onPush?.({ type: "pushing", ref: place })
        const sent = yield* sendBuilt(place, prepared, {
          form: output.form,
          annotations: output.annotations,
          attestFor: each,
          ...listen
        })
        const { digest } = sent
        for (const ref of output.byDigest ? [{ ...place, digest }] : each) yield* nameManifest(ref, sent, listen)
        if (output.store) {
          for (const { documents } of prepared) yield* images.learn(documents.image.id, [{ ...place, digest }])
        }
        return descriptorOf(sent)
      })
    )
  })

const exportFiles = (
  { epoch, produced }: Delivery,
  output: Exclude<Output, { readonly type: "image" | "archive" }>
): Effect.Effect<void, ExportError, LayerStore> => {
  const limit = epoch === undefined ? {} : { epoch }
  switch (output.type) {
    case "cacheonly":
      return Effect.void
    case "local":
      return Effect.scoped(exportFolder(produced, { ...output, ...limit }))
    case "tar":
      return Effect.scoped(
        Effect.flatMap(exportedEntries(produced, { split: output.split, ...limit }), (entries) =>
          output.write(archiveOf(entries))
        )
      )
  }
}

/** Puts the image on record with its names. Of several platforms the one that suits this machine is what a name means. */
const keepImage = (
  prepared: ReadonlyArray<Prepared>,
  names: ReadonlyArray<ImageRef>,
  annotations: ReadonlyArray<Annotation>
): Effect.Effect<Descriptor, BlobCorrupt | ExportError, BlobStore | Images> =>
  Effect.gen(function* () {
    const images = yield* Images
    yield* keepDocuments(prepared.flatMap(({ documents }) => [documents.config, documents.manifest]))
    const manifests = prepared.map(({ documents: { image }, platform }) => ({
      mediaType: image.manifestType,
      digest: image.manifest,
      size: image.manifestSize,
      platform
    }))
    const [only] = prepared
    const [descriptor] = manifests
    if (only !== undefined && descriptor !== undefined && prepared.length === 1) {
      yield* images.put(only.documents.image, names)
      const { digest, mediaType, size } = descriptor
      return { digest, mediaType, size }
    }
    const index = indexOf(manifests, annotations)
    yield* keepDocuments([index.bytes])
    const top = { mediaType: index.mediaType, digest: ofBytes(index.bytes), size: index.bytes.length }
    const machine = ofMachine(arch())
    const ranked = prepared.toSorted((a, b) => (suits(b.platform, machine) ?? -1) - (suits(a.platform, machine) ?? -1))
    const made = ranked.map(({ documents }) => documents.image)
    yield* images.putIndex({ digest: top.digest, size: top.size, images: made }, names)
    return top
  })

const distinct = (refs: ReadonlyArray<ImageRef>): ReadonlyArray<ImageRef> => [
  ...new Map(refs.map((ref) => [`${ref.registry}/${ref.repository}:${ref.tag ?? ""}`, ref])).values()
]
