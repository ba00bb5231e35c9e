import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import { Containers } from "../containers/Containers.ts"
import { type NoSuchVolume, VolumeInUse } from "../EngineError.ts"
import { Volumes } from "../volumes/Volumes.ts"
import { findVolume } from "../volumes/find-volume.ts"

/** Removes a volume that no container mounts, running or not. Fails with `VolumeInUse` naming those that do. */
export const removeVolume = (
  name: string
): Effect.Effect<void, NoSuchVolume | StorageFailure | VolumeInUse, Containers | Volumes> =>
  Effect.gen(function* () {
    const volume = yield* findVolume(name)
    const users = (yield* (yield* Containers).list).filter(({ mounts }) =>
      mounts.some((mount) => mount.type === "volume" && mount.name === volume.name)
    )
    if (users.length > 0)
      return yield* new VolumeInUse({
        name: volume.name,
        containers: users.map((each) => each.name),
        ids: users.map((each) => each.id)
      })
    yield* (yield* Volumes).remove(volume.name)
  })
