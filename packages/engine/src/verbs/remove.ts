import { isLive } from "@gantry/core/runtime/ContainerState"
import type { Network } from "@gantry/core/network/Network"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { Settings } from "@gantry/core/Settings"
import type { LayerStore } from "@gantry/core/store/LayerStore"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import type { Containers } from "../containers/Containers.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { dismantle } from "../containers/settle.ts"
import { WrongState } from "../EngineError.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import type { Images } from "../images/Images.ts"
import type { Volumes } from "../volumes/Volumes.ts"

/** Removes a container. A running one only with `force`, which kills it. */
export const remove = (
  record: ContainerRecord,
  options: { readonly force: boolean; readonly volumes: boolean }
): Effect.Effect<
  void,
  WrongState | NetworkRefused | StorageFailure,
  Containers | Images | LayerStore | Network | Runtime | Settings | Volumes
> =>
  Effect.gen(function* () {
    const state = yield* (yield* Runtime).state(record.id)
    const alive = isLive(state)
    if (alive && !options.force) {
      return yield* new WrongState({
        container: record.name,
        id: record.id,
        verb: "remove",
        why: "container is running",
        hint: `stop it first (gantry stop ${record.name}), or remove it with --force`
      })
    }
    if (alive) yield* tell(containerEvent(record, "kill", { signal: "9" }))
    yield* dismantle(record, { volumes: options.volumes })
  })
