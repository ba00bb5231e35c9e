import type { Digest } from "@gantry/core/image/Digest"
import type { MountSpec } from "@gantry/core/runtime/ContainerSpec"
import type { IdMaps } from "@gantry/core/runtime/IdMaps"
import { LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import type { LayerMissing, StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BadOption } from "../EngineError.ts"
import type { ContainerRecord, MountRecord } from "./ContainerRecord.ts"
import type { MountRequest } from "./RunOptions.ts"
import { imageTree } from "./tree-names.ts"

/** The wish for an image's files in a container. */
export type ImageMount = Extract<MountRequest, { readonly type: "image" }>

/** What of an image is needed to mount it. */
export interface FoundImage {
  readonly id: Digest
  readonly stack: Stack
}

/** The container that an image is mounted in. */
export interface ImageMountContext {
  readonly container: string
  /** How many it has already. */
  readonly index: number
  /** Who its users are, where its own tree is made for them; see `PrepareRequest.owners`. */
  readonly owners?: IdMaps | undefined
}

/**
 * Mounts an image, or a part of it, in a container: a tree of the container's own stands on the image's layers, which are
 * there for as long as it is. What is written goes into that tree, and away with it.
 */
export const prepareImage = (
  target: string,
  { readonly, source, subpath = "", typed }: ImageMount,
  image: FoundImage,
  { container, index, owners }: ImageMountContext
): Effect.Effect<readonly [MountSpec, MountRecord], BadOption | LayerMissing | StorageFailure, LayerStore> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const parts = subpath.split("/").filter((part) => part !== "" && part !== ".")
    if (subpath.startsWith("/") || parts.includes("..")) {
      const why = `invalid subpath ${JSON.stringify(subpath)}: it must be a relative path that stays in the image`
      return yield* new BadOption({ option: `mount ${typed}`, why })
    }
    if (parts.length > 0 && Option.isNone(yield* layers.lookup(image.stack, parts.join("/"), true))) {
      return yield* new BadOption({ option: `mount ${typed}`, why: `there is no ${subpath} in image ${source}` })
    }
    const tree = yield* layers.prepare({
      id: imageTree(container, index),
      parents: image.stack,
      keep: true,
      ...(owners === undefined ? { bare: true } : { owners })
    })
    return [
      { type: "tree", root: tree.root, source: `/${parts.join("/")}`, target, readonly },
      { type: "image", name: "", source, target, readonly, anonymous: false, image: image.id, tree: tree.id }
    ]
  })

/** Takes away the trees of images that a container mounts. Succeeds for those that are gone. */
export const discardTrees = (mounts: ReadonlyArray<MountRecord>): Effect.Effect<void, StorageFailure, LayerStore> =>
  Effect.flatMap(LayerStore, (layers) =>
    Effect.forEach(
      mounts.flatMap(({ tree }) => (tree === undefined ? [] : [tree])),
      (id) => layers.discard({ id }),
      { discard: true }
    )
  )

/** Whether a container was made from an image, or mounts it. */
export const usesImage = ({ image, mounts }: Pick<ContainerRecord, "image" | "mounts">, id: Digest): boolean =>
  image === id || mounts.some((mount) => mount.image === id)
