import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { Locks } from "@gantry/core/Locks"
import type { Containers } from "../containers/Containers.ts"
import { type NoSuchVolume, VolumeInUse } from "../EngineError.ts"
import { findVolume } from "../volumes/find-volume.ts"
import { removeUnusedVolume } from "../volumes/hold-volumes.ts"
import type { Volumes } from "../volumes/Volumes.ts"

/** Removes a volume that no container mounts, running or not. Fails with `VolumeInUse` naming those that do. */
export const removeVolume = (
  name: string
): Effect.Effect<void, NoSuchVolume | StorageFailure | VolumeInUse, Containers | Locks | Volumes> =>
  Effect.gen(function* () {
    const volume = yield* findVolume(name)
    const users = yield* removeUnusedVolume(volume.name)
    if (users.length > 0)
      return yield* new VolumeInUse({
        name: volume.name,
        containers: users.map((each) => each.name),
        ids: users.map((each) => each.id)
      })
  })
