import { isLive } from "@gantry/core/runtime/ContainerState"
import type { Digest } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { BlobStore } from "@gantry/core/store/BlobStore"
import type { BuildCache } from "@gantry/core/store/BuildCache"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Containers } from "../containers/Containers.ts"
import { ImageInUse } from "../EngineError.ts"
import { Images } from "../images/Images.ts"
import type { ImageRecord } from "../images/ImageRecord.ts"
import { neededNow } from "../prune/carry-out.ts"
import { imageBlobs } from "../prune/take-snapshot.ts"

/** What was done, in order, as `rmi` tells it. */
export type Removal = { readonly untagged: string } | { readonly deleted: Digest }

/**
 * Takes a name from an image, and the image away when that was its last one. Given an ID, all its names go.
 *
 * Fails with `ImageInUse` when a container was made from it (`force` allows stopped ones), or when an ID has names in
 * several repositories and `force` is false.
 */
export const removeImage = (
  text: string,
  image: ImageRecord,
  { force }: { readonly force: boolean }
): Effect.Effect<
  ReadonlyArray<Removal>,
  ImageInUse | StorageFailure,
  BlobStore | BuildCache | Containers | Images | LayerStore | Runtime
> =>
  Effect.gen(function* () {
    const images = yield* Images
    const named = namedBy(text, image)
    // The same name may mean other platforms' images, which go with it.
    const others =
      named === undefined
        ? []
        : (yield* images.named(named)).filter((other) => other.id !== image.id && !isOneOfMany(named, other))
    for (const other of others) yield* checkUsers(text, other, force)
    if (named !== undefined && isOneOfMany(named, image)) {
      const digests = yield* images.untag(named)
      const shown = named.digest === undefined ? [{ untagged: ImageRef.familiar(named) }] : []
      return [...shown, ...digests.map(untaggedOf), ...(yield* removeAll(others))]
    }
    const repositories = new Set(image.names.map((name) => name.replace(/:[^:/]*$/, "")))
    if (named === undefined && repositories.size > 1 && !force) {
      return yield* new ImageInUse({
        reference: text,
        why: "image is referenced in multiple repositories",
        force: true,
        image: image.id
      })
    }
    yield* checkUsers(text, image, force)
    const removed = yield* removeAll([image, ...others])
    return [...[...image.names, ...image.digests].map(untaggedOf), ...removed]
  })

/** Forgets images, and removes what only they needed. */
export const removeAll = (
  gone: ReadonlyArray<ImageRecord>
): Effect.Effect<ReadonlyArray<Removal>, StorageFailure, BlobStore | BuildCache | Images | LayerStore> =>
  Effect.gen(function* () {
    const images = yield* Images
    const removals: Array<Removal> = []
    for (const image of gone) {
      const blobs = yield* imageBlobs(image)
      yield* images.forget(image.id)
      const layers = yield* removeUnused(image, blobs)
      removals.push(...[image.id, ...layers].map((deleted) => ({ deleted })))
    }
    return removals
  })

const untaggedOf = (name: string): Removal => ({
  untagged: ImageRef.familiarOf(name)
})

/** The name or the digest that was typed, when it is one of the image's and not its ID. */
export const namedBy = (text: string, image: ImageRecord): ImageRef.ImageRef | undefined => {
  const ref = ImageRef.parse(text)
  if (Either.isLeft(ref)) return undefined
  const { digest, registry, repository } = ref.right
  if (digest === undefined) return image.names.includes(ImageRef.format(ref.right)) ? ref.right : undefined
  return image.digests.includes(ImageRef.format({ registry, repository, digest }))
    ? { registry, repository, digest }
    : undefined
}

/** Whether an image is still called something when a name, with its last digests, or a digest is taken from it. */
const isOneOfMany = (named: ImageRef.ImageRef, { digests, names }: ImageRecord): boolean =>
  named.digest === undefined ? names.length > 1 : names.length > 0 || digests.length > 1

/** Fails with `ImageInUse` when a container was made from the image; `force` allows stopped ones. */
export const checkUsers = (
  text: string,
  image: ImageRecord,
  force: boolean
): Effect.Effect<void, ImageInUse | StorageFailure, Containers | Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    for (const { id, name } of yield* (yield* Containers).ofImage(image.id)) {
      const state = yield* runtime.state(id)
      const running = isLive(state)
      if (running || !force) {
        return yield* new ImageInUse({
          reference: text,
          why: `${running ? "running" : "stopped"} container ${name} (${id.slice(0, 12)}) is using it`,
          force: !running,
          image: image.id,
          user: { id, running }
        })
      }
    }
  })

/** Removes layers and blobs of a forgotten image that no other image, no build record and no tree needs. */
const removeUnused = (
  { stack }: ImageRecord,
  blobsOf: ReadonlyArray<Digest>
): Effect.Effect<ReadonlyArray<Digest>, StorageFailure, BlobStore | BuildCache | Images | LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const blobs = yield* BlobStore
    const needs = yield* neededNow
    const gone = yield* Effect.filter([...new Set(stack)].toReversed(), (diffId) =>
      needs.layer.has(diffId)
        ? Effect.succeed(false)
        : layers.remove(diffId).pipe(
            Effect.as(true),
            Effect.catchTag("LayerInUse", () => Effect.succeed(false))
          )
    )
    for (const blob of blobsOf) if (!needs.blob.has(blob)) yield* blobs.remove(blob)
    return gone
  })
