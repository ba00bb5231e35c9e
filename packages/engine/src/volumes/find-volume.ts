import { nearestFew } from "@gantry/core/nearest"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { NoSuchVolume } from "../EngineError.ts"
import { type VolumeRecord, Volumes } from "./Volumes.ts"

/** The volume of a name. */
export const findVolume = (name: string): Effect.Effect<VolumeRecord, NoSuchVolume | StorageFailure, Volumes> =>
  Effect.gen(function* () {
    const all = yield* (yield* Volumes).list
    const found = all.find((volume) => volume.name === name)
    if (found !== undefined) return found
    return yield* new NoSuchVolume({
      name,
      near: nearestFew(
        name,
        all.map((volume) => volume.name)
      )
    })
  })
