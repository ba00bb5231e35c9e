import { type LayerInfo, LayerStore, type Stack } from "@gantry/core/store/LayerStore"
import { LayerMissing, type StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/** What the store knows of each layer of a stack, bottom first. Fails with `LayerMissing` when one of them is gone. */
export const layersOfStack = (
  stack: Stack
): Effect.Effect<ReadonlyArray<LayerInfo>, LayerMissing | StorageFailure, LayerStore> =>
  Effect.flatMap(LayerStore, (layers) =>
    Effect.forEach(stack, (diffId) =>
      Effect.flatMap(
        layers.get(diffId),
        Option.match({
          onNone: () => Effect.fail(new LayerMissing({ diffId })),
          onSome: (info) => Effect.succeed(info)
        })
      )
    )
  )
