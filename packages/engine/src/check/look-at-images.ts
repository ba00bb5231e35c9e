import type { Digest } from "@gantry/core/image/Digest"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { BlobStore } from "@gantry/core/store/BlobStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { decodeConfig } from "../images/image-json.ts"
import type { ImageRecord } from "../images/ImageRecord.ts"
import { readManifest } from "../images/read-manifest.ts"
import type { Finding } from "./Finding.ts"
import { unreadable } from "./unreadable.ts"

/** What is known of the layers of the store. */
export interface LayerView {
  /** Those that are here and not broken. */
  readonly good: ReadonlySet<Digest>
  /** Those that are broken and stay, because something stands on them. */
  readonly stuck: ReadonlySet<Digest>
}

type Read = Either.Either<Uint8Array, { readonly why: string }>

/**
 * Whether an image can be used: its manifest and its config are here and say the same as its record, and its layers are
 * here. Of what is wrong the first thing is told.
 */
export const lookAtImage = (
  image: ImageRecord,
  { good, stuck }: LayerView
): Effect.Effect<ReadonlyArray<Finding>, StorageFailure, BlobStore> =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const read = (digest: Digest, what: string): Effect.Effect<Read, StorageFailure> => {
      const not = (why: string): Read => Either.left({ why: `its ${what} cannot be had: ${why}` })
      return blobs.readWhole(digest).pipe(
        Effect.map((bytes): Read => Either.right(bytes)),
        Effect.catchTags({
          BlobCorrupt: ({ message }) => Effect.succeed(not(message)),
          BlobMissing: ({ message }) => Effect.succeed(not(message)),
          StorageFailure: (failure) => Effect.map(unreadable(failure), not)
        })
      )
    }
    const broken = (why: string): ReadonlyArray<Finding> => [
      {
        kind: "image",
        what: nameOf(image),
        why,
        repair: { type: "forget-image", id: image.id },
        todo: `--repair forgets the image and its names; ${again(image)}`
      }
    ]
    const manifestBytes = yield* read(image.manifest, "manifest")
    if (Either.isLeft(manifestBytes)) return broken(manifestBytes.left.why)
    const manifest = readManifest({ mediaType: image.manifestType, bytes: manifestBytes.right })
    if (Either.isLeft(manifest)) return broken(`its manifest cannot be read: ${manifest.left.why}`)
    if (manifest.right.type !== "image") return broken("its manifest is an index")
    const { config: descriptor, layers } = manifest.right.manifest
    if (descriptor.digest !== image.id) return broken(`its manifest names another config, ${descriptor.digest}`)
    const configBytes = yield* read(image.id, "config")
    if (Either.isLeft(configBytes)) return broken(configBytes.left.why)
    const config = decodeConfig(configBytes.right)
    if (Either.isLeft(config)) return broken(`its config cannot be read: ${config.left}`)
    const { diff_ids: diffIds } = config.right.rootfs
    if (diffIds.join(" ") !== image.stack.join(" ")) return broken("its config names other layers than its record")
    if (layers.length !== image.stack.length) {
      return broken(`its manifest has ${layers.length} layers and its config ${image.stack.length}`)
    }
    if (image.layout !== undefined) {
      const layout = yield* read(image.layout.digest, "manifest for other programs")
      if (Either.isLeft(layout)) return broken(layout.left.why)
    }
    for (const each of image.indexes) {
      const index = yield* read(each, "index of platforms")
      if (Either.isLeft(index)) return broken(index.left.why)
    }
    const missing = image.stack.filter((layer) => !good.has(layer) && !stuck.has(layer))
    if (missing.length > 0) {
      return broken(
        `${missing.length === 1 ? "a layer is" : `${missing.length} layers are`} gone or broken: ${missing.join(", ")}`
      )
    }
    return []
  })

/** How people call an image. */
export const nameOf = ({ id, names }: Pick<ImageRecord, "id" | "names">): string =>
  names.length === 0 ? id : names.map(ImageRef.familiarOf).join(", ")

/** How an image is had again. */
const again = ({ digests, names }: ImageRecord): string => {
  if (digests.length === 0) return "build or load it again"
  const [name = digests[0]] = names
  return `get it again: gantry pull ${ImageRef.familiarOf(name ?? "")}`
}
