import { isLive } from "@gantry/core/runtime/ContainerState"
import type { IsolationRefused } from "@gantry/core/runtime/RuntimeError"
import { Runtime, type RuntimeChange } from "@gantry/core/runtime/Runtime"
import type { StorageFailure } from "@gantry/core/store/StoreError"
import type { Locks } from "@gantry/core/Locks"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { alone } from "../containers/alone.ts"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { BadOption } from "../EngineError.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { Containers } from "../containers/Containers.ts"
import { known } from "../containers/settle.ts"

/**
 * Gives a container other limits, and another restart rule: at once when it runs, and for all its later starts. What
 * cannot be kept is not written down either.
 */
export const update = (
  container: Pick<ContainerRecord, "id" | "imageName" | "labels" | "name">,
  change: RuntimeChange
): Effect.Effect<void, BadOption | IsolationRefused | StorageFailure, Containers | Locks | Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const { id } = container
    const now = Option.getOrUndefined(yield* known(id))
    const resources = yield* withMemory(now?.spec.resources ?? {}, change.resources ?? {})
    const whole = { ...change, resources }
    if (isLive(yield* runtime.state(id))) {
      // One that ended meanwhile gets it at its next start.
      yield* Effect.catchTag(runtime.update(id, whole), "NotRunning", () => Effect.void)
    }
    yield* (yield* Containers).amend(id, (record) => ({
      ...record,
      spec: { ...record.spec, resources: { ...record.spec.resources, ...resources } },
      options: { ...record.options, ...(change.restart === undefined ? {} : { restart: change.restart }) }
    }))
    yield* tell(containerEvent(container, "update"))
    // Alone: a start that has read the record and is not running yet would miss it.
  }).pipe((body) => alone(container.id, body))

type Resources = NonNullable<RuntimeChange["resources"]>

/** Limits of memory and of swap go together: the kernel checks one against the other, or counts them in one. */
const withMemory = (now: Resources, asked: Resources): Effect.Effect<Resources, BadOption> => {
  if (asked.memoryBytes === undefined && asked.memorySwapBytes === undefined) return Effect.succeed(asked)
  const { memoryBytes, memorySwapBytes } = { ...now, ...asked }
  if (
    memoryBytes !== undefined &&
    memorySwapBytes !== undefined &&
    memorySwapBytes >= 0 &&
    memoryBytes > memorySwapBytes
  ) {
    return new BadOption({
      option: "--memory",
      why: "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time",
      hint: "--memory-swap counts both; -1 is as much swap as there is"
    })
  }
  return Effect.succeed({
    ...asked,
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(memorySwapBytes === undefined ? {} : { memorySwapBytes })
  })
}
