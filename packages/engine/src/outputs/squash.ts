import type { HistoryEntry, ImageConfig } from "@gantry/core/image/ImageConfig"
import { LayerStore, type LayerStoreShape, type Stack } from "@gantry/core/store/LayerStore"
import {
  type BlobCorrupt,
  type LayerMalformed,
  type LayerMissing,
  type LayerTooLarge,
  type StorageFailure,
  storageFailure,
  type UnsafePath
} from "@gantry/core/store/StoreError"
import { canonicalChanges } from "@gantry/core/tree/canonical-changes"
import { tarPieces } from "@gantry/core/tree/tar-write"
import type { TreeChange } from "@gantry/core/tree/TreeEntry"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Produced } from "./Produced.ts"

/** Which layers become one: those of the Dockerfile's own steps, or those of its base image as well. */
export type Squash = "own" | "all"

/** How making one layer of several can fail. */
export type SquashError = BlobCorrupt | LayerMalformed | LayerMissing | LayerTooLarge | StorageFailure | UnsafePath

/**
 * The same image with fewer layers: what later ones took away or wrote over is in none of them any more. The same files
 * and settings as before; the history says the same, and which step has the layer.
 *
 * `own`: how many of the topmost layers the Dockerfile's own steps made.
 */
export const squash = (image: Produced, which: Squash, own: number): Effect.Effect<Produced, SquashError, LayerStore> =>
  Effect.gen(function* () {
    const { config, stack } = image
    const base = which === "all" ? [] : stack.slice(0, stack.length - own)
    const merged = stack.slice(base.length)
    if (merged.length < 2) return image
    const layers = yield* LayerStore
    const changes = yield* mergedChanges(layers, base, merged)
    const { diffId } = yield* layers.unpack(
      undefined,
      Stream.mapError(
        Stream.suspend(() => Stream.fromIterable(tarPieces(changes))),
        storageFailure("read", "layers")
      )
    )
    const squashed = [...base, diffId]
    return {
      ...image,
      stack: squashed,
      config: {
        ...config,
        rootfs: { ...config.rootfs, diff_ids: squashed },
        history: historyOf(config, base.length, merged.length)
      }
    }
  })

/** What several layers say together, without taking away what nobody has. */
const mergedChanges = (
  layers: LayerStoreShape,
  base: Stack,
  merged: Stack
): Effect.Effect<ReadonlyArray<TreeChange>, LayerMissing | StorageFailure> =>
  Effect.gen(function* () {
    const each = yield* Effect.forEach(merged, (diffId) => layers.contents(diffId))
    return yield* Effect.filter(canonicalChanges(each.flat()), (change) => {
      if (change.type === "opaque") return Effect.succeed(base.length > 0)
      if (change.type !== "removed") return Effect.succeed(true)
      return base.length === 0
        ? Effect.succeed(false)
        : Effect.map(layers.lookup(base, change.path, false), Option.isSome)
    })
  })

/** The history with one step more that has the layer, and none for the steps whose layers are in it. */
const historyOf = ({ created, history }: ImageConfig, kept: number, count: number): ReadonlyArray<HistoryEntry> => {
  let met = 0
  const steps = history.map((entry): HistoryEntry => {
    if (entry.empty_layer === true) return entry
    met += 1
    return met <= kept ? entry : { ...entry, empty_layer: true }
  })
  return [
    ...steps,
    {
      ...(created === undefined ? {} : { created }),
      created_by: "squash",
      comment: `${count} layers became one`
    }
  ]
}
