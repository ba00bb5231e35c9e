import { isLive } from "@gantry/core/runtime/ContainerState"
import { type Digest, digest } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Containers } from "../containers/Containers.ts"
import { ImageInUse } from "../EngineError.ts"
import { type ImageRecord, Images } from "../images/Images.ts"

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
  BlobStore | Containers | Images | LayerStore | Runtime
> =>
  Effect.gen(function* () {
    const images = yield* Images
    const named = namedBy(text, image)
    if (named !== undefined && image.names.length > 1) {
      yield* images.untag(named)
      return [{ untagged: ImageRef.familiar(named) }]
    }
    const repositories = new Set(image.names.map((name) => name.replace(/:[^:/]*$/, "")))
    if (named === undefined && repositories.size > 1 && !force) {
      return yield* new ImageInUse({
        reference: text,
        why: "image is referenced in multiple repositories",
        force: true
      })
    }
    yield* checkUsers(text, image, force)
    const untagged: Array<Removal> = []
    for (const name of image.names) {
      const ref = ImageRef.parse(name)
      if (Either.isRight(ref)) untagged.push({ untagged: ImageRef.familiar(ref.right) })
    }
    yield* images.forget(image.id)
    yield* removeUnused(image)
    return [...untagged, { deleted: image.id }]
  })

/** The name that was typed, when it is one of the image's and not its ID. */
const namedBy = (text: string, image: ImageRecord): ImageRef.ImageRef | undefined => {
  const ref = ImageRef.parse(text)
  if (Either.isLeft(ref) || ref.right.digest !== undefined) return undefined
  return image.names.includes(ImageRef.format(ref.right)) ? ref.right : undefined
}

const checkUsers = (
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
          force: !running
        })
      }
    }
  })

/** Removes layers and blobs of a forgotten image that nothing else needs. Layers that the build cache points to go too. */
const removeUnused = (image: ImageRecord): Effect.Effect<void, StorageFailure, BlobStore | Images | LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const blobs = yield* BlobStore
    const others = yield* (yield* Images).list
    const needed = new Set(others.flatMap(({ id, manifest, stack }) => [id, manifest, ...stack].map(String)))
    for (const diffId of image.stack.toReversed()) {
      if (needed.has(diffId)) continue
      // A container that was forced apart from its image keeps its layers.
      yield* layers.remove(diffId).pipe(Effect.catchTag("LayerInUse", () => Effect.void))
    }
    for (const blob of [image.manifest, image.id]) if (!needed.has(blob)) yield* blobs.remove(digest(blob))
  })
