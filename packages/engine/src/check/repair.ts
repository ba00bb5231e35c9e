import { BlobStore } from "@gantry/core/store/BlobStore"
import { Disk } from "@gantry/core/store/Disk"
import { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Images } from "../images/Images.ts"
import type { Finding } from "./Finding.ts"

/**
 * Puts a finding right, as far as its repair says. Returns whether it is right now. Volumes and what containers have
 * written are never touched. `foreign`: what is not gantry's goes as well.
 */
export const repair = (
  { repair: how }: Finding,
  { foreign }: { readonly foreign: boolean }
): Effect.Effect<boolean, StorageFailure, BlobStore | Disk | Images | LayerStore> =>
  Effect.gen(function* () {
    switch (how.type) {
      case "remove-blob":
        // What is no file is not removed as one.
        return Option.isSome(yield* Effect.option((yield* BlobStore).remove(how.digest)))
      case "remove-layer":
        return yield* (yield* LayerStore).remove(how.diffId).pipe(
          Effect.as(true),
          Effect.catchTag("LayerInUse", () => Effect.succeed(false))
        )
      case "remove-stray":
        if (how.foreign && !foreign) return false
        yield* (yield* Disk).remove(how.item)
        return true
      case "forget-image":
        return yield* (yield* Images).forget(how.id)
      case "write-index":
        yield* (yield* Images).writeIndex
        return true
      case "none":
        return false
    }
  })
