import { isLive } from "@gantry/core/runtime/ContainerState"
import type { NetworkRefused } from "@gantry/core/network/NetworkError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { alone } from "../containers/alone.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { dismantleHeld, known, type SettleServices } from "../containers/settle.ts"
import { NoSuchContainer, WrongState } from "../EngineError.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"

/**
 * Removes a container. A running one only with `force`, which kills it. Fails with `NoSuchContainer` when somebody else
 * was faster.
 */
export const remove = (
  { id, name }: Pick<ContainerRecord, "id" | "name">,
  options: { readonly force: boolean; readonly volumes: boolean }
): Effect.Effect<void, NoSuchContainer | WrongState | NetworkRefused | StorageFailure, SettleServices> =>
  alone(
    id,
    Effect.gen(function* () {
      const record = Option.getOrUndefined(yield* known(id))
      if (record === undefined) return yield* new NoSuchContainer({ name, near: [] })
      const alive = isLive(yield* (yield* Runtime).state(id))
      if (alive && !options.force) {
        return yield* new WrongState({
          container: record.name,
          id,
          verb: "remove",
          why: "container is running",
          hint: `stop it first (gantry stop ${record.name}), or remove it with --force`
        })
      }
      if (alive) yield* tell(containerEvent(record, "kill", { signal: "9" }))
      yield* dismantleHeld(record, { volumes: options.volumes })
    })
  )
