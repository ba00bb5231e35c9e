import { BlobStore } from "@gantry/core/store/BlobStore"
import { Disk, type DiskItem, type DiskShape } from "@gantry/core/store/Disk"
import { LayerStore } from "@gantry/core/store/LayerStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** What the memory stores hold: layers by the size of their archives, trees by that of their files, and blobs. */
export const make: Effect.Effect<DiskShape, never, BlobStore | LayerStore> = Effect.gen(function* () {
  const blobs = yield* BlobStore
  const layers = yield* LayerStore
  const item = (kind: DiskItem["kind"], id: string, bytes: number): DiskItem => ({
    kind,
    id,
    path: `${kind}/${id}`,
    bytes,
    changedAt: 0
  })
  return {
    survey: () =>
      Effect.gen(function* () {
        const digests = yield* Stream.runCollect(blobs.list)
        const sizes = yield* Effect.forEach(digests, (digest) =>
          Effect.map(blobs.size(digest), (size) =>
            item(
              "blob",
              digest,
              Option.getOrElse(size, () => 0)
            )
          )
        )
        const trees = yield* Effect.forEach(yield* layers.trees, ({ id }) =>
          Effect.map(layers.usage({ id }), ({ bytes }) => item("tree", id, bytes))
        )
        return [...(yield* layers.list).map(({ diffId, size }) => item("layer", diffId, size)), ...trees, ...sizes]
      }),
    // As large as a number can say.
    space: Effect.succeed({ total: Number.MAX_SAFE_INTEGER, free: Number.MAX_SAFE_INTEGER }),
    // Nothing can be here that nobody knows.
    remove: () => Effect.void
  }
})

/** The service as an Effect layer. */
export const layer: Layer.Layer<Disk, never, BlobStore | LayerStore> = Layer.effect(Disk, make)
