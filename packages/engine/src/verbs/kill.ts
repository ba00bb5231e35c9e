import { SIGKILL } from "@gantry/linux/constants"
import type { IsolationRefused, NotRunning } from "@gantry/core/runtime/RuntimeError"
import { Runtime } from "@gantry/core/runtime/Runtime"
import * as Effect from "effect/Effect"
import type { ContainerRecord } from "../containers/ContainerRecord.ts"
import { containerEvent } from "../events/actors.ts"
import { record as tell } from "../events/Journal.ts"

/**
 * Sends a signal to a container's first process, by number. As with Docker, a container that gets SIGKILL or its own
 * stop signal is not started again, and one that is paused goes on: it could not act on the signal.
 */
export const kill = (
  record: Pick<ContainerRecord, "id" | "imageName" | "labels" | "name" | "options">,
  signal: number
): Effect.Effect<void, IsolationRefused | NotRunning, Runtime> =>
  Effect.gen(function* () {
    const runtime = yield* Runtime
    const { id, options } = record
    if (signal === SIGKILL || signal === options.stopSignal) yield* runtime.standDown(id)
    yield* tell(containerEvent(record, "kill", { signal: String(signal) }))
    yield* runtime.signal(id, signal)
    // Asked now: somebody may have paused it since.
    const state = yield* runtime.state(id)
    if (state.status === "running" && state.paused) yield* runtime.resume(id)
  })
