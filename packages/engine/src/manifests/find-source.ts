import type { Descriptor } from "@gantry/core/image/Descriptor"
import { ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import type { Registry } from "@gantry/core/registry/Registry"
import { BlobStore } from "@gantry/core/store/BlobStore"
import type { BlobMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { ImageBroken } from "../EngineError.ts"
import type { ImageRecord } from "../images/ImageRecord.ts"
import { Images } from "../images/Images.ts"
import { type FetchedDocument, type FetchError, fetchDocument, fetchPlatform, readOrRefuse } from "./fetch-document.ts"
import { decodePlatform } from "./IndexEntry.ts"
import type { ListedManifest } from "./ManifestList.ts"
import { ManifestsRefused } from "./ManifestsRefused.ts"

/** How a source can be found to be of no use. */
export type SourceError = BlobMissing | FetchError | ImageBroken | StorageFailure

/**
 * The manifests that a name leads to. A local image that the repository is not known to have is meant by its name, as of
 * one that was built here and is pushed along with the list: for each of its platforms, each under its digest when they
 * are several. Every other name is asked of its registry.
 */
export const findSources = (
  ref: ImageRef.ImageRef
): Effect.Effect<ReadonlyArray<ListedManifest>, SourceError, BlobStore | Images | Registry> =>
  Effect.gen(function* () {
    const local = yield* findLocal(ref)
    const found =
      local.length > 0
        ? local
        : yield* fromRegistry(ref).pipe(
            Effect.map((each) => [each]),
            Effect.catchTag("ImageNotFound", () => afterAll(ref))
          )
    return found.length === 1
      ? found
      : found.map((each) => ({ ...each, source: ImageRef.format({ ...ImageRef.placeOf(ref), digest: each.digest }) }))
  })

/** The manifests of the local images, one a platform, that a name means which no registry is known to have. */
export const findLocal = (
  ref: ImageRef.ImageRef
): Effect.Effect<ReadonlyArray<ListedManifest>, SourceError, BlobStore | Images> =>
  Effect.gen(function* () {
    const images = yield* imagesNamed(ref)
    return images.some((image) => isKnown(image, ref))
      ? []
      : yield* Effect.forEach(images, (image) => fromStore(ref, image))
  })

/** The local images of a name that its registry does not have, whatever the registry was known to have. */
const afterAll = (
  ref: ImageRef.ImageRef
): Effect.Effect<ReadonlyArray<ListedManifest>, SourceError, BlobStore | Images> =>
  Effect.gen(function* () {
    const images = yield* imagesNamed(ref)
    if (images.length === 0) return yield* noSuchManifest(ref)
    return yield* Effect.forEach(images, (image) => fromStore(ref, image))
  })

const imagesNamed = (ref: ImageRef.ImageRef) =>
  Effect.flatMap(Images, ({ named }) => (ref.digest === undefined ? named(ref) : Effect.succeed([])))

/** Whether a registry has the image, in the repository that is asked for. */
const isKnown = ({ digests }: ImageRecord, { registry, repository }: ImageRef.ImageRef): boolean =>
  digests.some((each) => each.startsWith(`${ImageRef.format({ registry, repository })}@`))

const fromRegistry = (ref: ImageRef.ImageRef): Effect.Effect<ListedManifest, FetchError, Registry> =>
  Effect.gen(function* () {
    const fetched = yield* fetchDocument(ref)
    const { document } = fetched
    return yield* document.type === "index" ? isList(ref) : asListed(fetched, document.config)
  })

/** A manifest of a registry as a list has it: what it is for, its config says. */
export const asListed = (
  { bytes, descriptor: { digest, mediaType }, ref }: FetchedDocument,
  config: Descriptor
): Effect.Effect<ListedManifest, FetchError, Registry> =>
  Effect.map(fetchPlatform(ref, config), (platform) => ({
    source: ImageRef.format(ref),
    mediaType,
    digest,
    bytes,
    ...(platform === undefined ? {} : { platform })
  }))

const fromStore = (
  ref: ImageRef.ImageRef,
  image: ImageRecord
): Effect.Effect<ListedManifest, SourceError, BlobStore | Images> =>
  Effect.gen(function* () {
    const bytes = yield* (yield* BlobStore).readWhole(image.manifest)
    const { mediaType } = yield* readOrRefuse(ref, bytes, image.manifestType)
    const platform = decodePlatform(yield* (yield* Images).config(image))
    return {
      source: ImageRef.format(ref),
      image: image.id,
      mediaType,
      digest: ofBytes(bytes),
      bytes,
      ...(platform === undefined ? {} : { platform })
    }
  })

/** Neither a registry nor the local store has what a name means. */
export const noSuchManifest = (ref: ImageRef.ImageRef): ManifestsRefused =>
  new ManifestsRefused({
    what: `no such manifest: ${ImageRef.format(ref)}`,
    why: `${ref.registry} does not have it, and no local image is called so`,
    hint: "push the image first, or build it here"
  })

const isList = (ref: ImageRef.ImageRef): ManifestsRefused =>
  new ManifestsRefused({
    what: `${ImageRef.format(ref)} is a manifest list`,
    why: "a list holds images, one for each platform",
    hint: "gantry buildx imagetools create puts lists together; or name its images, as NAME@DIGEST"
  })
