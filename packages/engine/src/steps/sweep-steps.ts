import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Runtime } from "@gantry/core/runtime/Runtime"
import { Settings } from "@gantry/core/Settings"
import { LayerStore } from "@gantry/core/store/LayerStore"
import { type StorageFailure, storageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { Containers } from "../containers/Containers.ts"
import { containerOf } from "../containers/tree-names.ts"
import { isOrphaned } from "../containers/owned-name.ts"
import { workKinds } from "../root-names.ts"

/**
 * Takes away what killed builds left, drafts, control groups and unpacked archives, and the trees of containers
 * whose maker was killed before they were on record.
 */
export const sweepSteps: Effect.Effect<void, StorageFailure, Containers | LayerStore | Runtime | Settings> = Effect.gen(
  function* () {
    const { root } = yield* Settings
    const layers = yield* LayerStore
    yield* layers.sweep
    // In this order: a maker that has ended had put its container on record before.
    const kept = yield* layers.kept
    const known = new Set((yield* (yield* Containers).list).map(({ id }) => id))
    for (const id of kept) if (!known.has(containerOf(id))) yield* layers.discard({ id })
    yield* (yield* Runtime).sweep
    yield* Effect.try({
      try: () => {
        for (const name of namesIn(root)) {
          if (workKinds.some((kind) => isOrphaned(kind, name)))
            rmSync(join(root, name), { recursive: true, force: true })
        }
      },
      catch: storageFailure("remove", root)
    })
  }
)

const namesIn = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory)
  } catch {
    // Nothing was ever kept there.
    return []
  }
}
