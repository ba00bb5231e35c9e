import { isLive } from "@gantry/core/runtime/ContainerState"
import type { IsolationRefused } from "@gantry/core/runtime/RuntimeError"
import { Runtime, type RuntimeChange } from "@gantry/core/runtime/Runtime"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { Locks } from "@gantry/core/Locks"
import * as Effect from "effect/Effect"
import { alone } from "../containers/alone.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { Containers } from "../containers/Containers.ts"

/**
 * Gives a container other limits, and another restart rule: at once when it runs, and for all its later starts. What
 * cannot be kept is not written down either.
 */
export const update = (
  container: Pick<ContainerRecord, "id" | "imageName" | "labels" | "name">,
  change: RuntimeChange
): Effect.Effect<void, IsolationRefused | StorageFailure, Containers | Locks | Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const { id } = container
    if (isLive(yield* runtime.state(id))) {
      // One that ended meanwhile gets it at its next start.
      yield* Effect.catchTag(runtime.update(id, change), "NotRunning", () => Effect.void)
    }
    yield* (yield* Containers).amend(id, (record) => ({
      ...record,
      spec: { ...record.spec, resources: { ...record.spec.resources, ...change.resources } },
      options: { ...record.options, ...(change.restart === undefined ? {} : { restart: change.restart }) }
    }))
    yield* tell(containerEvent(container, "update"))
    // Alone: a start that has read the record and is not running yet would miss it.
  }).pipe((body) => alone(container.id, body))
