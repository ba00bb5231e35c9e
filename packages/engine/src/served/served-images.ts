import type { Descriptor } from "@gantry/core/image/Descriptor"
import { type Digest, ofBytes } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import * as MediaType from "@gantry/core/image/MediaType"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { BlobCorrupt, BlobMissing, LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ImageRecord } from "../images/ImageRecord.ts"
import { Images } from "../images/Images.ts"
import { layersOfStack } from "../images/layers-of-stack.ts"
import { plainManifest } from "../images/plain-manifest.ts"

/*
 * The images of this store as a registry shows them: each with the manifest of its uncompressed layers, so that nothing
 * has to be compressed or kept for it. Whatever has no name is shown to nobody.
 */

/** How looking for images to show can fail. */
export type ServeError = BlobCorrupt | BlobMissing | LayerMissing | StorageFailure

/** A manifest as it is sent. */
export interface ServedManifest {
  readonly digest: Digest
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** A blob as it is sent. */
export interface ServedBlob {
  readonly size: number
  readonly bytes: Stream.Stream<Uint8Array, ServeError>
}

/** The tags of each repository, both sorted by code unit. Docker's own host and `library/` are left out of names. */
export const servedTags: Effect.Effect<
  ReadonlyMap<string, ReadonlyMap<string, ImageRecord>>,
  StorageFailure,
  Images
> = Effect.map(
  Effect.flatMap(Images, ({ list }) => list),
  (images) => {
    const found = images.flatMap((image) =>
      image.names.flatMap((name) => {
        const ref = Either.getOrUndefined(ImageRef.parse(name))
        if (ref?.tag === undefined || image.lesserNames.includes(name)) return []
        return [[ImageRef.familiarName(ref), ref.tag, image] as const]
      })
    )
    const sorted = found.toSorted(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    const repositories = new Map<string, Map<string, ImageRecord>>()
    for (const [repository, tag, image] of sorted) {
      const tags = repositories.get(repository) ?? new Map<string, ImageRecord>()
      repositories.set(repository, tags.set(tag, image))
    }
    return repositories
  }
)

const contentOf = (image: ImageRecord) =>
  Effect.gen(function* () {
    const size = Option.getOrElse(yield* (yield* BlobStore).size(image.id), () => 0)
    const infos = yield* layersOfStack(image.stack)
    return { config: { digest: image.id, size } satisfies Pick<Descriptor, "digest" | "size">, infos }
  })

const manifestOf = (image: ImageRecord): Effect.Effect<ServedManifest, ServeError, BlobStore | LayerStore> =>
  Effect.map(contentOf(image), ({ config, infos }) => {
    const bytes = plainManifest(config, infos)
    return { digest: ofBytes(bytes), mediaType: MediaType.ociManifest, bytes }
  })

/** The manifest that a tag or a digest of a repository means; undefined when there is none. */
export const servedManifest = (
  repository: string,
  reference: string
): Effect.Effect<ServedManifest | undefined, ServeError, BlobStore | Images | LayerStore> =>
  Effect.gen(function* () {
    const tags = (yield* servedTags).get(repository)
    const named = tags?.get(reference)
    if (named !== undefined || tags === undefined) return named === undefined ? undefined : yield* manifestOf(named)
    for (const image of new Set(tags.values())) {
      const manifest = yield* manifestOf(image)
      if (manifest.digest === reference) return manifest
    }
    return undefined
  })

/** A layer or the config of an image of a repository; undefined when no image of it has such a blob. */
export const servedBlob = (
  repository: string,
  digest: string
): Effect.Effect<ServedBlob | undefined, ServeError, BlobStore | Images | LayerStore> =>
  Effect.gen(function* () {
    const images = [...((yield* servedTags).get(repository)?.values() ?? [])]
    const blobs = yield* BlobStore
    const layers = yield* LayerStore
    const owner = images.find(({ id, stack }) => id === digest || stack.some((each) => each === digest))
    if (owner === undefined) return undefined
    if (owner.id === digest) {
      const config = yield* blobs.readWhole(owner.id)
      return { size: config.length, bytes: Stream.make(config) }
    }
    const { infos } = yield* contentOf(owner)
    const info = infos.find(({ diffId }) => diffId === digest)
    return info === undefined ? undefined : { size: info.size, bytes: layers.pack(info.diffId) }
  })
