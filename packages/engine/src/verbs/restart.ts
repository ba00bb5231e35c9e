import { isLive } from "@gantry/core/runtime/ContainerState"
import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { settleOrWarn } from "../containers/settle.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"
import { type StartError, type StartServices, ensureStarted, currentSecrets } from "./start.ts"
import { stop, type StopOptions } from "./stop.ts"

/**
 * Stops a container as {@link stop} does, and starts it again; one that does not run is only started. A container made
 * with `--rm` outlives it: what it held is given back here, in its supervisor's place.
 */
export const restart = (
  record: ContainerRecord,
  options: StopOptions = {}
): Effect.Effect<void, StartError, StartServices> =>
  Effect.gen(function* () {
    // One that could not be started again is left running.
    yield* currentSecrets(record, "restart")
    const runtime = yield* Runtime
    const state = yield* runtime.state(record.id)
    if (isLive(state)) {
      yield* Effect.ignore(runtime.attach(record.id, { claim: true }))
      yield* stop(record, options)
      yield* settleOrWarn({ ...record, options: { ...record.options, autoRemove: false } })
    }
    yield* ensureStarted(record)
    yield* tell(containerEvent(record, "restart"))
  }).pipe(Effect.scoped)
