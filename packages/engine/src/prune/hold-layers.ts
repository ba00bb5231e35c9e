import type { Digest } from "@gantry/core/image/Digest"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"

/**
 * Finds out which of these layers are here, and keeps them from being removed while the scope is open: an empty tree
 * stands on them, which is swept should this process die. Nothing is written when none or all of them are here.
 */
export const holdLayers = (
  wanted: ReadonlyArray<Digest>
): Effect.Effect<ReadonlySet<Digest>, StorageFailure, LayerStore | Scope.Scope> =>
  Effect.gen(function* () {
    const layers = yield* LayerStore
    const here = yield* Effect.filter(wanted, (diffId) => Effect.map(layers.get(diffId), Option.isSome))
    // With all of them here there is nothing to wait for: the image is on record in a moment.
    if (here.length > 0 && here.length < wanted.length) {
      yield* Effect.acquireRelease(layers.prepare({ parents: here, keep: false }), (tree) =>
        Effect.ignoreLogged(layers.discard(tree))
      )
    }
    return new Set(here)
  }).pipe(
    // Removed between the two looks; it is missing then.
    Effect.retry({ times: 5, while: ({ _tag }) => _tag === "LayerMissing" }),
    Effect.catchTag("LayerMissing", () => Effect.succeed(new Set<Digest>()))
  )
