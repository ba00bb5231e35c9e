import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { AmbiguousId, NoSuchContainer } from "../EngineError.ts"
import { Containers } from "./Containers.ts"
import type { MountRequest, VolumesFrom } from "./RunOptions.ts"

/** The volumes and binds of other containers, as mounts of a new one. What lies in memory is not shared. */
export const inheritedMounts = (
  wishes: ReadonlyArray<VolumesFrom>
): Effect.Effect<ReadonlyArray<MountRequest>, AmbiguousId | NoSuchContainer | StorageFailure, Containers> =>
  Effect.gen(function* () {
    const containers = yield* Containers
    const found = yield* Effect.forEach(wishes, (wish) =>
      Effect.map(containers.find(wish.container), ({ mounts, spec }) =>
        mounts.flatMap((record): ReadonlyArray<MountRequest> => {
          const mount = spec.mounts.find(({ target }) => target === record.target)
          if (mount?.type !== "bind" || record.type === "tmpfs") return []
          const readonly = mount.readonly || wish.readonly
          return [
            {
              type: "inherited",
              target: record.target,
              spec: { ...mount, readonly },
              record: { ...record, readonly },
              ...(spec.users === undefined ? {} : { users: spec.users }),
              typed: `--volumes-from ${wish.container}`
            }
          ]
        })
      )
    )
    return found.flat()
  })
